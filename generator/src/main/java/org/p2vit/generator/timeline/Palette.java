package org.p2vit.generator.timeline;

import java.util.Locale;
import java.util.Optional;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.StallCause;

/** Colours and words. A wait has the colour of the chunk that is waited for. */
final class Palette {
  private Palette() {}

  static final String STYLE =
      """
      text{font-family:Inter,'Helvetica Neue',Helvetica,Arial,sans-serif;font-size:11px;fill:#24303b}
      .title{font-size:17px;font-weight:600}
      .head{font-size:13px;font-weight:600}
      .dim{fill:#66727d}
      .end{text-anchor:end}
      .mid{text-anchor:middle}
      .small{font-size:10px}
      .label{font-size:10px;pointer-events:none;paint-order:stroke;stroke:#fff;stroke-opacity:.55;stroke-width:2px}
      .page{fill:#fff}
      .lane{fill:#f3f5f7}
      .grid{stroke:#dde2e6;stroke-width:1;fill:none}
      .stage{stroke:#9aa5af;stroke-width:1;fill:none}
      .mark{fill:#24303b;fill-opacity:.07}
      .box{fill:#000;fill-opacity:0;stroke:#52606d;stroke-opacity:.55;stroke-width:.7}
      .thin{fill:#000;fill-opacity:0}
      .box:hover,.thin:hover{fill-opacity:.15}
      """;

  static String colour(Chunk chunk) {
    return switch (chunk) {
      case LOAD -> "#4b97c4";
      case MATMUL -> "#46598c";
      case SOFTMAX -> "#a877b0";
      case SHIFTER -> "#3f9c96";
      case LAYER_NORM -> "#7fa04c";
      case STORE -> "#a0785a";
    };
  }

  static String colour(Optional<StallCause> cause) {
    if (cause.isEmpty()) {
      return "#b9c0c6";
    }
    return cause
        .get()
        .chunk()
        .map(Palette::colour)
        .orElse(cause.get() == StallCause.OUTPUT ? "#d0605e" : "#e0a93b");
  }

  static String name(Chunk chunk) {
    return chunk.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static String name(Optional<StallCause> cause) {
    if (cause.isEmpty()) {
      return "tile starts, or memory port taken";
    }
    return switch (cause.get()) {
      case NO_JOB -> "no job";
      case OUTPUT -> "re-quantizer is behind";
      case MATMUL -> "waits for its own results";
      default -> "waits for " + name(cause.get().chunk().orElseThrow());
    };
  }
}
