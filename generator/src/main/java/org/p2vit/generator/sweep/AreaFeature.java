package org.p2vit.generator.sweep;

import org.p2vit.rtl.Architecture;

/** What the logic of a part grows with. */
enum AreaFeature {
  ONE {
    @Override
    double of(Architecture a) {
      return 1;
    }
  },
  MACS {
    @Override
    double of(Architecture a) {
      return a.macs();
    }
  },
  /** Dot products a cycle times the bits of their sums. */
  SUM_BITS {
    @Override
    double of(Architecture a) {
      return (double) a.rows() * a.columns() * a.halfAccumulatorBits();
    }
  },
  REQUANT_LANES {
    @Override
    double of(Architecture a) {
      return a.requantLanes();
    }
  },
  LAYER_NORM_LANES {
    @Override
    double of(Architecture a) {
      return a.layerNormLanes();
    }
  },
  ROWS {
    @Override
    double of(Architecture a) {
      return a.rows();
    }
  },
  SHIFTERS {
    @Override
    double of(Architecture a) {
      return (double) a.rows() * a.shifterColumns() * a.shifterDepth();
    }
  },
  SHIFTER_SUMS {
    @Override
    double of(Architecture a) {
      return (double) a.rows() * a.shifterColumns();
    }
  },
  /** Bytes of the operands that are read in a cycle. */
  OPERAND_BYTES {
    @Override
    double of(Architecture a) {
      return (double) (a.rows() + a.columns()) * a.depth();
    }
  },
  /** Bytes of values that the shifter array reads in a cycle. */
  VALUE_BYTES {
    @Override
    double of(Architecture a) {
      return (double) a.shifterColumns() * a.shifterDepth();
    }
  },
  AXI_BITS {
    @Override
    double of(Architecture a) {
      return a.axi().dataBits();
    }
  };

  abstract double of(Architecture a);
}
