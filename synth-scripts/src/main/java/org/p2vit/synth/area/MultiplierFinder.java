package org.p2vit.synth.area;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.p2vit.synth.circt.HwModule;

/**
 * Finds the products of variables in a module (those with a constant are a few adders), and takes
 * them out of it.
 */
final class MultiplierFinder {
  /** Larger products do not pair. */
  private static final int PAIRED_BITS = 9; // an 8-bit unsigned operand, as a signed number

  private static final Pattern MULTIPLY =
      Pattern.compile(
          "    (%[\\w.$-]+) = comb\\.mul (?:bin )?(%[\\w.$-]+), (%[\\w.$-]+) : i(\\d+)");
  private static final Pattern DEFINITION = Pattern.compile("    (%[\\w.$-]+) = (\\S+) (.*)");
  private static final Pattern EXTRACT =
      Pattern.compile("(%[\\w.$-]+) from (\\d+) : \\(i\\d+\\) -> i(\\d+)");
  private static final Pattern REPLICATE = Pattern.compile("(%[\\w.$-]+) : \\(i1\\) -> i\\d+");

  private record Product(String line, String result, String left, String right, int bits) {}

  private record Definition(String operation, String rest) {}

  private final HwModule module;
  private final Map<String, Definition> definitions = new HashMap<>();
  private final List<Product> products = new ArrayList<>();

  MultiplierFinder(HwModule module) {
    this.module = module;
    for (String line : module.body().split("\n")) {
      Matcher d = DEFINITION.matcher(line);
      if (d.matches()) {
        definitions.put(d.group(1), new Definition(d.group(2), d.group(3)));
      }
    }
    for (String line : module.body().split("\n")) {
      Matcher m = MULTIPLY.matcher(line);
      if (m.matches() && !isConstant(m.group(2)) && !isConstant(m.group(3))) {
        products.add(
            new Product(line, m.group(1), m.group(2), m.group(3), Integer.parseInt(m.group(4))));
      }
    }
  }

  boolean any() {
    return !products.isEmpty();
  }

  /** How often each multiplier is there; of two that are paired, one is counted. */
  Map<Multiplier, Long> multipliers() {
    Map<Multiplier, Long> counts = new TreeMap<>();
    Map<String, Product> waiting = new LinkedHashMap<>();
    List<Product> single = new ArrayList<>();
    for (Product p : products) {
      if (!small(p)) {
        single.add(p);
        continue;
      }
      Product other = waiting.remove(p.left());
      String key = p.left();
      if (other == null) {
        other = waiting.remove(p.right());
        key = p.right();
      }
      if (other != null) {
        waiting.values().remove(other);
        counts.merge(multiplier(wider(p, other), true), 1L, Long::sum);
      } else {
        waiting.put(p.left(), p);
        waiting.putIfAbsent(p.right(), p);
      }
    }
    waiting.values().stream().distinct().forEach(single::add);
    single.forEach(p -> counts.merge(multiplier(p, false), 1L, Long::sum));
    return counts;
  }

  /** The module with each product made by an instance of {@link #boxes}. */
  HwModule withoutMultipliers() {
    String body = module.body();
    for (int i = 0; i < products.size(); i++) {
      Product p = products.get(i);
      String type = "i" + p.bits();
      body =
          body.replace(
              p.line() + "\n",
              String.format(
                  "    %s = hw.instance \"multiplier_%d\" @%s(a: %s: %s, b: %s: %s) -> (p: %s)%n",
                  p.result(), i, box(p.bits()), p.left(), type, p.right(), type, type));
    }
    return module.withBody(body);
  }

  /** The modules that stand for the multipliers; without bodies. */
  List<HwModule> boxes() {
    return products.stream()
        .map(Product::bits)
        .distinct()
        .map(bits -> new HwModule(box(bits), ports(bits), ""))
        .toList();
  }

  private static String box(int bits) {
    return "P2vitMultiplier" + bits;
  }

  private static String ports(int bits) {
    String type = " : i" + bits;
    return "in %a" + type + ", in %b" + type + ", out p" + type;
  }

  private boolean small(Product p) {
    return width(p.left(), p.bits()) <= PAIRED_BITS && width(p.right(), p.bits()) <= PAIRED_BITS;
  }

  private Product wider(Product a, Product b) {
    return area(a) >= area(b) ? a : b;
  }

  private int area(Product p) {
    return width(p.left(), p.bits()) * width(p.right(), p.bits());
  }

  private Multiplier multiplier(Product p, boolean paired) {
    int left = width(p.left(), p.bits());
    int right = width(p.right(), p.bits());
    return new Multiplier(Math.min(left, right), Math.max(left, right), paired);
  }

  private boolean isConstant(String value) {
    Definition d = definitions.get(value);
    return d != null && d.operation().equals("hw.constant");
  }

  /**
   * Bits of a signed number that are enough for a value of a type, seen from how it is extended.
   */
  private int width(String value, int bits) {
    Definition d = definitions.get(value);
    if (d == null || !d.operation().equals("comb.concat")) {
      return bits;
    }
    String[] halves = d.rest().split(" : ");
    String[] operands = halves[0].split(", ");
    int[] widths =
        IntStream.range(0, operands.length)
            .map(i -> Integer.parseInt(halves[1].split(", ")[i].substring(1)))
            .toArray();
    int below = bits - widths[0];
    Definition leading = definitions.get(operands[0]);
    if (leading == null) {
      return bits;
    }
    if (leading.operation().equals("hw.constant") && leading.rest().matches("(0 : i\\d+|false)")) {
      return below + 1;
    }
    if (leading.operation().equals("comb.replicate")) {
      Matcher bit = REPLICATE.matcher(leading.rest());
      if (bit.matches()) {
        return isTopBit(bit.group(1), operands[1], widths[1]) ? below : below + 1;
      }
    }
    return bits;
  }

  private boolean isTopBit(String bit, String of, int bits) {
    Definition b = definitions.get(bit);
    if (b == null || !b.operation().equals("comb.extract")) {
      return false;
    }
    Matcher top = EXTRACT.matcher(b.rest());
    if (!top.matches()) {
      return false;
    }
    int index = Integer.parseInt(top.group(2));
    if (top.group(1).equals(of)) {
      return index == bits - 1;
    }
    Definition field = definitions.get(of);
    Matcher range = EXTRACT.matcher(field == null ? "" : field.rest());
    return range.matches()
        && field.operation().equals("comb.extract")
        && range.group(1).equals(top.group(1))
        && Integer.parseInt(range.group(2)) + Integer.parseInt(range.group(3)) - 1 == index;
  }
}
