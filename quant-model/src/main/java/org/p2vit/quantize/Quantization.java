package org.p2vit.quantize;

import java.util.Map;
import org.p2vit.model.QuantizedModel;

/**
 * What {@link Quantizer} makes.
 *
 * @param model the integer model
 * @param references by tensor name (docs/numerics.md section 2), what the codes stand for
 */
public record Quantization(QuantizedModel model, Map<String, TensorReference> references) {}
