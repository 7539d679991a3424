package org.p2vit.onnx;

import java.util.List;
import org.p2vit.model.VitShape;

/**
 * A float Vision Transformer, as {@link OnnxVitImporter} finds it in an ONNX graph.
 *
 * @param name for people
 * @param shape dimensions
 * @param input name of the ONNX input, NCHW
 * @param patchEmbedding patchDim to C; a flattened patch is channel, row, column
 * @param position T x C; row 0 is class token plus position embedding
 * @param blocks depth of them
 * @param norm the final LayerNorm
 * @param head C to classes
 * @param embedTap T x C, the residual stream that enters block 0
 * @param normTap rows of C; row 0 is the class token's
 * @param logitsTap 1 x classes
 */
public record FloatVit(
    String name,
    VitShape shape,
    String input,
    FloatLinear patchEmbedding,
    float[] position,
    List<FloatBlock> blocks,
    FloatNorm norm,
    FloatLinear head,
    Tap embedTap,
    Tap normTap,
    Tap logitsTap) {}
