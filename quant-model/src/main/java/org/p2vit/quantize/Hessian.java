package org.p2vit.quantize;

import java.util.Arrays;
import java.util.Comparator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Says what an error {@code d} of an output channel's weights costs: {@code d' H d}. {@code H} is
 * the covariance of the inputs and a multiple of the identity, which also charges the distance from
 * the float weights and keeps {@code H} invertible.
 */
final class Hessian {
  private final double[][] covariance;
  private final double added;
  private final int[] order;
  private final LinearSolverDense<DMatrixRMaj> solver;
  private double[][] factor;

  /**
   * @param covariance of the inputs
   * @param damping what is added to the diagonal, relative to its mean
   */
  Hessian(double[][] covariance, double damping) {
    this.covariance = covariance;
    int n = covariance.length;
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += covariance[i][i];
    }
    added = trace == 0 ? 1 : damping * trace / n;
    order = order(covariance);
    solver = LinearSolverFactory_DDRM.chol(n);
    decompose();
  }

  /** Weak inputs first: they are rounded last. */
  private static int[] order(double[][] matrix) {
    Integer[] order = new Integer[matrix.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> matrix[i][i]));
    return Arrays.stream(order).mapToInt(i -> i).toArray();
  }

  private void decompose() {
    int n = order.length;
    DMatrixRMaj ordered = new DMatrixRMaj(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        ordered.set(i, j, covariance[order[i]][order[j]]);
      }
      ordered.add(i, i, added);
    }
    if (!solver.setA(ordered)) {
      throw new IllegalStateException("the Hessian is not positive definite");
    }
  }

  int size() {
    return order.length;
  }

  /** Without what is added to the diagonal. */
  double[][] covariance() {
    return covariance;
  }

  double diagonal(int i) {
    return covariance[i][i] + added;
  }

  /** {@code sum += factor * H[i]}. */
  void addRow(int i, double factor, double[] sum) {
    double[] row = covariance[i];
    for (int j = 0; j < sum.length; j++) {
      sum[j] += factor * row[j];
    }
    sum[i] += factor * added;
  }

  /** Input of position {@code i}; the last position is rounded first. */
  int input(int position) {
    return order[position];
  }

  /** Rows of L, {@code H = L L'} with rows and columns in {@link #input} order. */
  synchronized double[][] factor() {
    if (factor == null) {
      CholeskyDecomposition_F64<DMatrixRMaj> cholesky = solver.getDecomposition();
      DMatrixRMaj lower = cholesky.getT(null);
      int n = order.length;
      factor = new double[n][];
      for (int i = 0; i < n; i++) {
        factor[i] = Arrays.copyOfRange(lower.data, i * n, i * n + i + 1);
      }
    }
    return factor;
  }

  /** {@code rows * H^-1}. */
  double[][] solve(double[][] rows) {
    int n = order.length;
    DMatrixRMaj b = new DMatrixRMaj(n, rows.length);
    for (int o = 0; o < rows.length; o++) {
      for (int i = 0; i < n; i++) {
        b.set(i, o, rows[o][order[i]]);
      }
    }
    DMatrixRMaj x = new DMatrixRMaj(n, rows.length);
    solver.solve(b, x);
    double[][] result = new double[rows.length][n];
    for (int o = 0; o < rows.length; o++) {
      for (int i = 0; i < n; i++) {
        result[o][order[i]] = x.get(i, o);
      }
    }
    return result;
  }
}
