package org.p2vit.onnx;

/** What is known of an ONNX tensor while the graph is read. The batch is 1. */
sealed interface Value permits Constant, View {
  int[] shape();

  default int size() {
    return Shapes.size(shape());
  }

  default int rank() {
    return shape().length;
  }

  default int lastDimension() {
    return rank() == 0 ? 1 : shape()[rank() - 1];
  }
}
