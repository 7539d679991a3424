package org.p2vit.rtl

import scala.util.matching.Regex

/** How synchronous memories are written.
  *
  * firtool registers the address of a read, so that the data show a write to the same word, in the same cycle
  * or later, at once: what no block RAM does, and synthesis tools have to add. Nobody relies on it
  * ([[MaskedMemory]]). A register at the output is what block RAMs have.
  */
private object MemoryStyle {
  private val Address: Regex =
    """  reg +_R0_en_d0;\n  reg +(?:\[\d+:0\] *)?_R0_addr_d0;\n(?s:.*?)  end // always @\(posedge\)\n""".r
  private val Data: Regex =
    """  assign R0_data = _R0_en_d0 \? Memory\[_R0_addr_d0\] : \d+'bx;\n""".r
  private val Port: Regex = """output (\[\d+:0\] )? *R0_data""".r

  def withOutputRegister(source: String): String =
    if (!source.contains("_R0_addr_d0")) source
    else {
      val width = Option(Port.findFirstMatchIn(source).get.group(1)).getOrElse("")
      require(Address.findFirstIn(source).isDefined && Data.findFirstIn(source).isDefined, source)
      Data.replaceAllIn(
        Address.replaceAllIn(
          source,
          Regex.quoteReplacement(
            s"""  reg ${width}R0_word;
               |  always @(posedge R0_clk) begin
               |    if (R0_en)
               |      R0_word <= Memory[R0_addr];
               |  end // always @(posedge)
               |""".stripMargin
          )
        ),
        Regex.quoteReplacement("  assign R0_data = R0_word;\n")
      )
    }
}
