package org.p2vit.golden;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.p2vit.model.Activation;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.Norm;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;

/**
 * docs/numerics.md once more, written from its text alone with none of the product's arithmetic:
 * unlimited integers, one element at a time, slow.
 */
final class SlowReference {
  private final QuantizedModel m;
  private final int tokens;
  private final int dim;
  private final Map<String, BigInteger[][]> tensors = new LinkedHashMap<>();

  SlowReference(QuantizedModel model) {
    m = model;
    tokens = model.shape().tokens();
    dim = model.shape().dim();
  }

  /** Tensors by name, of rows; the heads of scores and attention are stacked. */
  Map<String, BigInteger[][]> run(byte[] input) {
    BigInteger[][] x = new BigInteger[tokens][m.shape().patchDim()];
    for (int r = 0; r < tokens; r++) {
      for (int k = 0; k < x[r].length; k++) {
        x[r][k] = big(input[r * x[r].length + k]);
      }
    }
    tensors.put("input", x);
    BigInteger[][] stream = new BigInteger[tokens][dim];
    for (int r = 0; r < tokens; r++) {
      for (int c = 0; c < dim; c++) {
        int n = m.embed().exponent() + m.embed().ptf()[c] - m.patchEmbedding().accExponent()[c];
        BigInteger patch = sat(rne(acc(m.patchEmbedding(), x[r], c), n), m.residualBits());
        stream[r][c] = sat(big(m.position()[r * dim + c]).add(patch), m.residualBits());
      }
    }
    tensors.put("embed", stream);
    Residual scale = m.embed();
    for (int i = 0; i < m.blocks().size(); i++) {
      Block b = m.blocks().get(i);
      String at = "blocks." + i + ".";
      BigInteger[][] n1 = put(at + "norm1", norm(stream, scale, b.norm1(), tokens));
      BigInteger[][] context = attention(at, b.attention(), n1);
      stream =
          put(
              at + "residual1",
              add(stream, scale, b.attention().projection(), context, b.residual1()));
      BigInteger[][] n2 = put(at + "norm2", norm(stream, b.residual1(), b.norm2(), tokens));
      BigInteger[][] hidden = new BigInteger[tokens][m.shape().mlpDim()];
      for (int r = 0; r < tokens; r++) {
        for (int o = 0; o < hidden[r].length; o++) {
          hidden[r][o] = activate(b, acc(b.mlp().fc1(), n2[r], o), o);
        }
      }
      put(at + "hidden", hidden);
      stream =
          put(at + "residual2", add(stream, b.residual1(), b.mlp().fc2(), hidden, b.residual2()));
      scale = b.residual2();
    }
    BigInteger[][] last = put("norm", norm(stream, scale, m.norm(), 1));
    BigInteger[][] logits = new BigInteger[1][m.shape().classes()];
    for (int o = 0; o < logits[0].length; o++) {
      int n = m.logitsExponent() - m.head().accExponent()[o];
      logits[0][o] = sat(rne(acc(m.head(), last[0], o), n), 16);
    }
    put("logits", logits);
    return tensors;
  }

  private BigInteger[][] attention(String at, Attention a, BigInteger[][] x) {
    BigInteger[][] q = put(at + "query", project(a.query(), a.queryExponent(), x));
    BigInteger[][] k = put(at + "key", project(a.key(), a.keyExponent(), x));
    BigInteger[][] v = put(at + "value", project(a.value(), a.valueExponent(), x));
    int heads = m.shape().heads();
    int d = m.shape().headDim();
    BigInteger[][] scores = new BigInteger[heads * tokens][tokens];
    BigInteger[][] codes = new BigInteger[heads * tokens][];
    BigInteger[][] context = new BigInteger[tokens][dim];
    for (int h = 0; h < heads; h++) {
      for (int r = 0; r < tokens; r++) {
        int row = h * tokens + r;
        for (int j = 0; j < tokens; j++) {
          BigInteger acc = BigInteger.ZERO;
          for (int c = h * d; c < h * d + d; c++) {
            acc = acc.add(q[r][c].multiply(k[j][c]));
          }
          int accExponent = a.queryExponent()[h * d] + a.keyExponent()[h * d];
          scores[row][j] = sat(rne(acc, a.scoreExponent()[h] - accExponent), 8);
        }
        codes[row] = softmax(scores[row], a.scoreExponent()[h]);
        for (int c = h * d; c < h * d + d; c++) {
          BigInteger acc = BigInteger.ZERO;
          for (int j = 0; j < tokens; j++) {
            int code = codes[row][j].intValueExact();
            if (code != 16) {
              acc = acc.add(v[j][c].shiftLeft(15 - code));
            }
          }
          context[r][c] = sat(rne(acc, a.contextShift()[h]), 8);
        }
      }
    }
    put(at + "scores", scores);
    put(at + "attention", codes);
    return put(at + "context", context);
  }

  private static BigInteger[] softmax(BigInteger[] s, int scoreExponent) {
    BigInteger max = s[0];
    for (BigInteger v : s) {
      max = max.max(v);
    }
    int[] t = new int[s.length];
    int sum = 0;
    for (int j = 0; j < s.length; j++) {
      BigInteger d = max.subtract(s[j]);
      t[j] = rne(d.multiply(big(5909)), 4 - scoreExponent).min(big(8191)).intValueExact();
      int fraction = t[j] % 256 / 8;
      int pow = (int) Math.round(Math.pow(2, 15 - (fraction + 0.5) / 32));
      sum += pow / (1 << (t[j] / 256));
    }
    int n = 0;
    while (2 << n <= sum) {
      n++;
    }
    int i = sum * 32 / (1 << n) - 32;
    int l = (n - 15) * 256 + (int) Math.round(256 * Math.log((i + 32.5) / 32) / Math.log(2));
    BigInteger[] codes = new BigInteger[s.length];
    for (int j = 0; j < s.length; j++) {
      int a = rne(big(t[j] + l), 8).intValueExact();
      codes[j] = big(a < 0 ? 0 : a > 15 ? 16 : a);
    }
    return codes;
  }

  private BigInteger[][] project(Linear l, int[] exponent, BigInteger[][] x) {
    BigInteger[][] y = new BigInteger[tokens][l.out()];
    for (int r = 0; r < tokens; r++) {
      for (int o = 0; o < l.out(); o++) {
        y[r][o] = sat(rne(acc(l, x[r], o), exponent[o] - l.accExponent()[o]), 8);
      }
    }
    return y;
  }

  private BigInteger[][] add(
      BigInteger[][] x, Residual before, Linear l, BigInteger[][] branch, Residual after) {
    BigInteger[][] y = new BigInteger[tokens][dim];
    int bits = m.residualBits();
    for (int r = 0; r < tokens; r++) {
      for (int c = 0; c < dim; c++) {
        int e = after.exponent() + after.ptf()[c];
        BigInteger old = sat(rne(x[r][c], e - before.exponent() - before.ptf()[c]), bits);
        BigInteger added = sat(rne(acc(l, branch[r], c), e - l.accExponent()[c]), bits);
        y[r][c] = sat(old.add(added), bits);
      }
    }
    return y;
  }

  private static BigInteger activate(Block b, BigInteger acc, int o) {
    Activation a = b.mlp().activation();
    BigInteger p = sat(rne(acc, a.exponent() - b.mlp().fc1().accExponent()[o]), 16);
    int u = rne(p.abs(), a.indexShift()).min(big(255)).intValueExact();
    BigInteger v = p.max(BigInteger.ZERO).subtract(big(a.table()[u]));
    return sat(rne(v, b.mlp().hiddenExponent()[o] - a.exponent()), 8);
  }

  private BigInteger[][] norm(BigInteger[][] stream, Residual scale, Norm norm, int rows) {
    BigInteger[][] y = new BigInteger[rows][dim];
    int l = 0;
    while (1 << l < dim) {
      l++;
    }
    BigInteger reciprocal =
        new BigDecimal(BigInteger.ONE.shiftLeft(23 + l))
            .divide(BigDecimal.valueOf(dim), 0, RoundingMode.HALF_UP)
            .toBigInteger();
    for (int r = 0; r < rows; r++) {
      BigInteger[] x = new BigInteger[dim];
      BigInteger s1 = BigInteger.ZERO;
      BigInteger s2 = BigInteger.ZERO;
      for (int c = 0; c < dim; c++) {
        x[c] = stream[r][c].shiftLeft(scale.ptf()[c]);
        s1 = s1.add(x[c]);
        s2 = s2.add(x[c].pow(2));
      }
      BigInteger w = s2.multiply(big(dim)).subtract(s1.pow(2)).add(big(norm.epsilon()));
      BigInteger mean = rne(s1.multiply(reciprocal), 23 + l - 4);
      int h = 0;
      BigInteger inverse = BigInteger.ZERO;
      if (w.signum() > 0) {
        h = (w.bitLength() - 1) / 2;
        BigInteger mantissa = w.shiftLeft(16).shiftRight(2 * h);
        int i = mantissa.shiftRight(11).intValueExact() - 32;
        BigInteger y0 = big(Math.round(32768 / Math.sqrt((i + 32.5) / 32)));
        BigInteger u = rne(y0.pow(2).multiply(mantissa), 30);
        BigInteger r1 = rne(y0.multiply(big(3 << 16).subtract(u)), 16);
        inverse = rne(r1.multiply(big(dim)), l);
      }
      for (int c = 0; c < dim; c++) {
        BigInteger product = x[c].shiftLeft(4).subtract(mean).multiply(inverse);
        BigInteger z = sat(rne(product, h + 10 - l), 16);
        BigInteger scaled = z.multiply(big(norm.gain()[c])).add(big(norm.offset()[c]));
        y[r][c] = sat(rne(scaled, norm.shift()[c]), 8);
      }
    }
    return y;
  }

  private static BigInteger acc(Linear l, BigInteger[] x, int o) {
    BigInteger acc = big(l.bias()[o]);
    for (int k = 0; k < l.in(); k++) {
      acc = acc.add(x[k].multiply(big(l.weights()[o * l.in() + k])));
    }
    return acc;
  }

  private static BigInteger rne(BigInteger x, int n) {
    BigDecimal exact =
        n >= 0
            ? new BigDecimal(x).divide(BigDecimal.valueOf(2).pow(n), MathContext.UNLIMITED)
            : new BigDecimal(x).multiply(BigDecimal.valueOf(2).pow(-n));
    return exact.setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
  }

  private static BigInteger sat(BigInteger x, int bits) {
    BigInteger limit = BigInteger.ONE.shiftLeft(bits - 1);
    return x.max(limit.negate()).min(limit.subtract(BigInteger.ONE));
  }

  private BigInteger[][] put(String name, BigInteger[][] tensor) {
    tensors.put(name, tensor);
    return tensor;
  }

  private static BigInteger big(long v) {
    return BigInteger.valueOf(v);
  }
}
