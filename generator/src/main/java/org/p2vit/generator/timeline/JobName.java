package org.p2vit.generator.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2vit.generator.compile.TapTarget;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.generator.verify.TensorShapes;
import org.p2vit.model.VitShape;

/**
 * What a job is called: the tensor that it makes, or what it loads.
 *
 * @param stage the part of the network: {@code blocks.3}, or the whole name outside blocks
 * @param what the rest of the name
 * @param part of the tensor, if it is not all of it
 * @param image of those that one start computes; 0 unless there are several
 */
record JobName(String stage, String what, Optional<Part> part, int image) {
  private static final Pattern IN_BLOCK = Pattern.compile("(blocks\\.\\d+)\\.(.*)");

  /** Last parts of the names of tensors whose columns belong to heads. */
  private static final Set<String> PER_HEAD = Set.of("query", "key", "value", "context");

  /** A part of a tensor, in words and as short as possible. */
  record Part(String words, String number) {}

  static JobName of(TracedJob job, VitShape shape) {
    Matcher m = IN_BLOCK.matcher(job.purpose());
    Optional<Part> part = job.tap().flatMap(t -> part(t, shape));
    return m.matches()
        ? new JobName(m.group(1), m.group(2), part, job.image())
        : new JobName(job.purpose(), job.purpose(), part, job.image());
  }

  private static Optional<Part> part(TapTarget target, VitShape shape) {
    int[] headsRowsColumns = TensorShapes.of(shape, target.tensor());
    if (headsRowsColumns[0] > 1) {
      return Optional.of(head(target.head()));
    }
    int headDim = shape.dim() / shape.heads();
    String kind = target.tensor().substring(target.tensor().lastIndexOf('.') + 1);
    if (PER_HEAD.contains(kind) && target.columns() == headDim && shape.heads() > 1) {
      return Optional.of(head(target.column() / headDim));
    }
    List<String> words = new ArrayList<>();
    if (target.columns() < headsRowsColumns[2]) {
      int last = Math.min(target.column() + target.columns(), headsRowsColumns[2]) - 1;
      words.add("columns " + target.column() + " to " + last);
    }
    if (target.firstBlock() > 0) {
      words.add("from row block " + target.firstBlock());
    }
    return words.isEmpty()
        ? Optional.empty()
        : Optional.of(new Part(String.join(", ", words), "" + target.column()));
  }

  private static Part head(int head) {
    return new Part("head " + head, "" + head);
  }

  /** The whole name. */
  String full() {
    String tensor = stage.equals(what) ? what : stage + "." + what;
    return tensor
        + part.map(p -> ", " + p.words()).orElse("")
        + (image == 0 ? "" : ", image " + image);
  }

  /** Names inside a stage, from the longest to the shortest. */
  List<String> labels() {
    return part.map(p -> List.of(what + ", " + p.words(), what + " " + p.number(), what))
        .orElse(List.of(what));
  }
}
