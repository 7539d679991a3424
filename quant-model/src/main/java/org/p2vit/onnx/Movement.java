package org.p2vit.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Operators that only move elements: each output element is one input element. Works on constants
 * and on what depends on the image alike.
 */
final class Movement {
  private static final Set<String> OPS =
      Set.of(
          "Identity",
          "Dropout",
          "Reshape",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Transpose",
          "Slice",
          "Gather",
          "Split",
          "Expand");

  private Movement() {}

  /**
   * One output.
   *
   * @param shape its dimensions
   * @param map input element for each output element; null if all in order
   */
  record Moved(int[] shape, int[] map) {}

  static boolean handles(String op) {
    return OPS.contains(op);
  }

  /** The outputs of {@code node} for data of a shape and constant further operands. */
  static List<Moved> apply(Node node, int[] shape, Constant[] operands) {
    return switch (node.op()) {
      case "Identity", "Dropout" -> List.of(new Moved(shape, null));
      case "Reshape" -> List.of(new Moved(reshape(node, shape, operand(node, operands, 1)), null));
      case "Flatten" -> List.of(new Moved(flatten(node, shape), null));
      case "Squeeze" -> List.of(new Moved(squeeze(node, shape, operands), null));
      case "Unsqueeze" -> List.of(new Moved(unsqueeze(node, shape, operands), null));
      case "Transpose" -> List.of(transpose(node, shape));
      case "Slice" -> List.of(slice(node, shape, operands));
      case "Gather" -> List.of(gather(node, shape, operands));
      case "Split" -> split(node, shape, operands);
      case "Expand" -> List.of(expand(node, shape, operands));
      default -> throw node.error("not a movement of elements");
    };
  }

  private static int[] operand(Node node, Constant[] operands, int i) {
    if (i >= operands.length || operands[i] == null) {
      throw node.error("input " + i + " is missing");
    }
    return operands[i].ints(node);
  }

  /** An attribute of old opsets that newer ones give as an input; null if neither is there. */
  private static int[] optional(Node node, Constant[] operands, int i, String attribute) {
    return i < operands.length && operands[i] != null
        ? operands[i].ints(node)
        : node.integers(attribute);
  }

  private static int axis(Node node, int axis, int rank) {
    int a = Shapes.axis(axis, rank);
    if (a < 0) {
      throw node.error("axis " + axis + " is out of range for rank " + rank);
    }
    return a;
  }

  private static int[] reshape(Node node, int[] shape, int[] target) {
    int[] result = target.clone();
    int size = Shapes.size(shape);
    int known = 1;
    int unknown = -1;
    for (int i = 0; i < result.length; i++) {
      if (result[i] == 0 && node.integer("allowzero", 0) == 0 && i < shape.length) {
        result[i] = shape[i];
      }
      if (result[i] == -1 && unknown < 0) {
        unknown = i;
      } else {
        known *= result[i];
      }
    }
    if (unknown >= 0 && known > 0 && size % known == 0) {
      result[unknown] = size / known;
      known = size;
    }
    if (known != size) {
      throw node.error(
          "cannot reshape " + Arrays.toString(shape) + " to " + Arrays.toString(target));
    }
    return result;
  }

  private static int[] flatten(Node node, int[] shape) {
    int axis = node.integer("axis", 1);
    int a = axis == shape.length ? axis : axis(node, axis, shape.length);
    int rows = Shapes.size(Arrays.copyOf(shape, a));
    return new int[] {rows, rows == 0 ? 0 : Shapes.size(shape) / rows};
  }

  private static int[] squeeze(Node node, int[] shape, Constant[] operands) {
    int[] axes = optional(node, operands, 1, "axes");
    boolean[] drop = new boolean[shape.length];
    if (axes == null) {
      for (int i = 0; i < shape.length; i++) {
        drop[i] = shape[i] == 1;
      }
    } else {
      for (int axis : axes) {
        int a = axis(node, axis, shape.length);
        if (shape[a] != 1) {
          throw node.error("axis " + axis + " of " + Arrays.toString(shape) + " is not 1");
        }
        drop[a] = true;
      }
    }
    int[] result = new int[shape.length];
    int rank = 0;
    for (int i = 0; i < shape.length; i++) {
      if (!drop[i]) {
        result[rank++] = shape[i];
      }
    }
    return Arrays.copyOf(result, rank);
  }

  private static int[] unsqueeze(Node node, int[] shape, Constant[] operands) {
    int[] axes = optional(node, operands, 1, "axes");
    if (axes == null) {
      throw node.error("has no axes");
    }
    int[] result = new int[shape.length + axes.length];
    for (int axis : axes) {
      result[axis(node, axis, result.length)] = -1;
    }
    int next = 0;
    for (int i = 0; i < result.length; i++) {
      result[i] = result[i] == -1 ? 1 : shape[next++];
    }
    return result;
  }

  private static Moved transpose(Node node, int[] shape) {
    int rank = shape.length;
    int[] perm = node.integers("perm");
    if (perm == null) {
      perm = new int[rank];
      for (int i = 0; i < rank; i++) {
        perm[i] = rank - 1 - i;
      }
    }
    if (perm.length != rank) {
      throw node.error("perm " + Arrays.toString(perm) + " does not fit rank " + rank);
    }
    int[] strides = strides(shape);
    int[] result = new int[rank];
    int[] steps = new int[rank];
    for (int i = 0; i < rank; i++) {
      int p = axis(node, perm[i], rank);
      result[i] = shape[p];
      steps[i] = strides[p];
    }
    return strided(result, 0, steps);
  }

  private static Moved slice(Node node, int[] shape, Constant[] operands) {
    int[] starts = optional(node, operands, 1, "starts");
    int[] ends = optional(node, operands, 2, "ends");
    int[] axes = optional(node, operands, 3, "axes");
    int[] steps = optional(node, operands, 4, "steps");
    if (starts == null || ends == null || starts.length != ends.length) {
      throw node.error("starts and ends do not match");
    }
    int[] strides = strides(shape);
    int[] result = shape.clone();
    int[] walk = strides.clone();
    int offset = 0;
    for (int i = 0; i < starts.length; i++) {
      int a = axis(node, axes == null ? i : axes[i], shape.length);
      int step = steps == null ? 1 : steps[i];
      if (step < 1) {
        throw node.error("step " + step + "; positive steps are accepted");
      }
      int d = shape[a];
      int from = clamp(starts[i], d);
      int to = clamp(ends[i], d);
      result[a] = Math.max(0, (to - from + step - 1) / step);
      offset += from * strides[a];
      walk[a] = strides[a] * step;
    }
    return strided(result, offset, walk);
  }

  private static int clamp(int position, int dimension) {
    int p = position < 0 ? position + dimension : position;
    return Math.max(0, Math.min(dimension, p));
  }

  private static Moved gather(Node node, int[] shape, Constant[] operands) {
    int a = axis(node, node.integer("axis", 0), shape.length);
    int[] indices = operand(node, operands, 1);
    int[] indexShape = operands[1].shape();
    int[] result = new int[shape.length - 1 + indexShape.length];
    System.arraycopy(shape, 0, result, 0, a);
    System.arraycopy(indexShape, 0, result, a, indexShape.length);
    System.arraycopy(shape, a + 1, result, a + indexShape.length, shape.length - a - 1);
    int inner = Shapes.size(Arrays.copyOfRange(shape, a + 1, shape.length));
    int outer = Shapes.size(Arrays.copyOf(shape, a));
    int[] map = new int[Shapes.size(result)];
    int at = 0;
    for (int o = 0; o < outer; o++) {
      for (int index : indices) {
        int i = index < 0 ? index + shape[a] : index;
        if (i < 0 || i >= shape[a]) {
          throw node.error("index " + index + " is out of range for " + Arrays.toString(shape));
        }
        for (int k = 0; k < inner; k++) {
          map[at++] = (o * shape[a] + i) * inner + k;
        }
      }
    }
    return new Moved(result, map);
  }

  private static List<Moved> split(Node node, int[] shape, Constant[] operands) {
    int a = axis(node, node.integer("axis", 0), shape.length);
    int parts = node.proto().getOutputCount();
    int[] sizes = optional(node, operands, 1, "split");
    if (sizes == null) {
      sizes = new int[parts];
      int each = (shape[a] + parts - 1) / parts;
      Arrays.fill(sizes, each);
      sizes[parts - 1] = shape[a] - each * (parts - 1);
    }
    if (sizes.length != parts || Arrays.stream(sizes).sum() != shape[a]) {
      throw node.error(
          "split "
              + Arrays.toString(sizes)
              + " does not fit axis "
              + a
              + " of "
              + Arrays.toString(shape));
    }
    int[] strides = strides(shape);
    Moved[] moved = new Moved[parts];
    int start = 0;
    for (int i = 0; i < parts; i++) {
      int[] result = shape.clone();
      result[a] = sizes[i];
      moved[i] = strided(result, start * strides[a], strides);
      start += sizes[i];
    }
    return List.of(moved);
  }

  private static Moved expand(Node node, int[] shape, Constant[] operands) {
    int[] target = operand(node, operands, 1);
    int[] result = Shapes.broadcast(shape, target);
    if (result == null) {
      throw node.error(
          "cannot expand " + Arrays.toString(shape) + " to " + Arrays.toString(target));
    }
    return new Moved(result, Shapes.broadcastMap(shape, result));
  }

  private static int[] strides(int[] shape) {
    int[] strides = new int[shape.length];
    int stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strides;
  }

  private static Moved strided(int[] shape, int offset, int[] steps) {
    int[] map = new int[Shapes.size(shape)];
    int[] index = new int[shape.length];
    for (int flat = 0; flat < map.length; flat++) {
      int at = offset;
      for (int i = 0; i < shape.length; i++) {
        at += index[i] * steps[i];
      }
      map[flat] = at;
      Shapes.increment(index, shape);
    }
    return new Moved(shape, map);
  }
}
