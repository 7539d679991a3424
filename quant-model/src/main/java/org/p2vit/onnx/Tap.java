package org.p2vit.onnx;

/**
 * Where a tensor of the Vision Transformer is found in the ONNX graph: {@code rows} rows of the
 * ONNX tensor's last dimension, of which {@code columns} are taken in order and multiplied by
 * {@code scale}.
 *
 * @param tensor name in the ONNX graph
 * @param rows product of all dimensions but the last
 * @param columns columns taken
 * @param width the ONNX tensor's last dimension
 * @param scale factor from the ONNX tensor's values to the model's
 */
public record Tap(String tensor, int rows, int width, int[] columns, double scale) {

  /** All columns, unscaled. */
  static Tap plain(String tensor, int rows, int width) {
    int[] columns = new int[width];
    for (int i = 0; i < width; i++) {
      columns[i] = i;
    }
    return new Tap(tensor, rows, width, columns, 1);
  }

  Tap scaled(double factor) {
    return new Tap(tensor, rows, width, columns, scale * factor);
  }
}
