package org.p2vit.onnx.qdq;

/** For tests of other packages. */
public final class QonnxRun {
  private QonnxRun() {}

  /** A file that ONNX Runtime executes. */
  public static byte[] executable(byte[] onnx) {
    return QonnxFunctions.add(onnx);
  }
}
