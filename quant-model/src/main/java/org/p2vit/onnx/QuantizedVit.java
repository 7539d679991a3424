package org.p2vit.onnx;

import java.util.List;
import java.util.Map;
import org.p2vit.model.Activation;

/**
 * A Vision Transformer with quantizers, as {@link OnnxVitImporter} finds it in an ONNX graph. Maps
 * go by identity.
 *
 * @param file for messages
 * @param vit the float model that is left if the quantizers of activations are taken out
 * @param linears of every linear layer
 * @param tensors of every tap
 * @param image of the input, NCHW
 * @param norms of the float norms that are integer ones of p2vit
 * @param activations by the tap of the output, where they are tables of p2vit
 * @param metadata of the file
 * @param notes what of the graph's quantization has no counterpart here
 */
public record QuantizedVit(
    String file,
    FloatVit vit,
    Map<FloatLinear, LinearCodes> linears,
    Map<Tap, TensorCodes> tensors,
    TensorCodes image,
    Map<FloatNorm, IntegerNorm> norms,
    Map<Tap, Activation> activations,
    Map<String, String> metadata,
    List<String> notes) {}
