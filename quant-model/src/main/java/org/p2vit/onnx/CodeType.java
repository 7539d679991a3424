package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Locale;

/** Integers of a width, as quantizers make them. */
public record CodeType(int bits, boolean signed) {

  /** Null for what is not a type of codes. */
  static CodeType of(DataType type) {
    return switch (type == null ? DataType.UNDEFINED : type) {
      case INT4 -> new CodeType(4, true);
      case UINT4 -> new CodeType(4, false);
      case INT8 -> new CodeType(8, true);
      case UINT8 -> new CodeType(8, false);
      case INT16 -> new CodeType(16, true);
      case UINT16 -> new CodeType(16, false);
      case INT32 -> new CodeType(32, true);
      default -> null;
    };
  }

  long min() {
    return signed ? -(1L << (bits - 1)) : 0;
  }

  long max() {
    return (1L << (signed ? bits - 1 : bits)) - 1;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%sint%d", signed ? "" : "u", bits);
  }
}
