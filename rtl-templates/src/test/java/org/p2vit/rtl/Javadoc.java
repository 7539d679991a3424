package org.p2vit.rtl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Javadoc of a type, as Markdown: enough of the language for the types that the documentation
 * pages are made from.
 *
 * @param text description
 * @param params meaning of each record component that is described
 */
record Javadoc(String text, Map<String, String> params) {

  private static final Pattern COMMENT =
      Pattern.compile("/\\*\\*(.*?)\\*/\\s*(?:@\\w+(?:\\(.*?\\))?\\s*)*public ", Pattern.DOTALL);
  private static final Pattern INLINE_TAG = Pattern.compile("\\{@(\\w+)\\s+([^{}]*)\\}");

  /** Reads the comment of a top-level type from its source file. */
  static Javadoc of(Class<?> type, Path sources) throws IOException {
    Path file = sources.resolve(type.getName().replace('.', '/') + ".java");
    Matcher comment = COMMENT.matcher(Files.readString(file));
    if (!comment.find()) {
      throw new IllegalStateException(file + " has no Javadoc");
    }
    String body = comment.group(1).replaceAll("(?m)^\\s*\\* ?", "").strip();
    String[] parts = body.split("(?m)^@param ");
    Map<String, String> params = new LinkedHashMap<>();
    for (int i = 1; i < parts.length; i++) {
      String[] nameAndMeaning = parts[i].strip().split("\\s+", 2);
      params.put(nameAndMeaning[0], markdown(nameAndMeaning[1], type).replaceAll("\\s+", " "));
    }
    return new Javadoc(markdown(parts[0], type), params);
  }

  private static String markdown(String javadoc, Class<?> type) {
    StringBuilder result = new StringBuilder();
    boolean verbatim = false;
    for (String part : javadoc.split("(?=</?pre>)")) {
      if (part.startsWith("<pre>")) {
        verbatim = true;
        result.append("\n```text\n").append(part.substring(5).strip()).append("\n```\n");
      } else {
        result.append(flowing(verbatim ? part.substring(6) : part, type));
      }
    }
    return result.toString().replaceAll("\n{3,}", "\n\n").strip();
  }

  private static String flowing(String javadoc, Class<?> type) {
    String text =
        INLINE_TAG
            .matcher(javadoc)
            .replaceAll(m -> Matcher.quoteReplacement(inline(m.group(1), m.group(2), type)));
    return text.replaceAll("\\s*<p>", "\n\n")
        .replaceAll("\\s*<li>", "\n- ")
        .replaceAll("</?ul>", "\n")
        .replaceAll("\n {2,}", "\n  ");
  }

  private static String inline(String tag, String content, Class<?> type) {
    String words = content.replaceAll("\\s+", " ");
    return switch (tag) {
      case "code" -> "`" + words + "`";
      case "link" -> "`" + words.replaceFirst("^#", "").replace('#', '.') + "`";
      case "value" -> String.valueOf(constant(words, type));
      default -> throw new IllegalStateException("Javadoc tag " + tag + " in " + type);
    };
  }

  private static Object constant(String reference, Class<?> type) {
    String[] ownerAndName = reference.split("#");
    try {
      Class<?> owner =
          ownerAndName[0].isEmpty()
              ? type
              : Class.forName(type.getPackageName() + "." + ownerAndName[0]);
      return owner.getField(ownerAndName[1]).get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(reference + " in " + type, e);
    }
  }
}
