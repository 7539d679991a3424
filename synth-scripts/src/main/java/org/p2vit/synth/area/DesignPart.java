package org.p2vit.synth.area;

import java.util.List;
import org.p2vit.rtl.AxiPort;
import org.p2vit.rtl.Controller;
import org.p2vit.rtl.LayerNorm;
import org.p2vit.rtl.Load;
import org.p2vit.rtl.MacArray;
import org.p2vit.rtl.MatMul;
import org.p2vit.rtl.Requantizer;
import org.p2vit.rtl.Shifter;
import org.p2vit.rtl.ShifterArray;
import org.p2vit.rtl.Softmax;
import org.p2vit.rtl.Store;

/** What area is told of: the chunks, some of them cut in two. */
public enum DesignPart {
  MAC_ARRAY("MatMul array", MacArray.class),
  REQUANTIZER("re-quantizer", Requantizer.class),
  MATMUL_CONTROL("MatMul control", MatMul.class),
  SOFTMAX("softmax", Softmax.class),
  SHIFTER_ARRAY("shifter array", ShifterArray.class),
  SHIFTER_CONTROL("shifter control", Shifter.class),
  LAYER_NORM("LayerNorm", LayerNorm.class),
  LOAD_STORE("load, store, AXI", Load.class, Store.class, AxiPort.class),
  CONTROLLER("controller", Controller.class),
  /** What no other part has: the buffers, and what shares their ports. */
  BUFFERS("buffers and their ports");

  private final String label;
  private final List<String> modules;

  DesignPart(String label, Class<?>... templates) {
    this.label = label;
    this.modules = List.of(templates).stream().map(Class::getSimpleName).toList();
  }

  /** For people. */
  public String label() {
    return label;
  }

  /** The part of a module that is in a part, unless the module begins another one. */
  static DesignPart of(String module, DesignPart around) {
    for (DesignPart part : values()) {
      if (part.modules.contains(module)) {
        return part;
      }
    }
    return around;
  }
}
