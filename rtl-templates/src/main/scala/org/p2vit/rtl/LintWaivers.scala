package org.p2vit.rtl

/** The `verilator` warnings that are accepted in emitted files, and why. */
object LintWaivers {

  private val waivers: Seq[(String, String, String)] = Seq(
    (
      "UNUSEDSIGNAL",
      "*",
      "Vectors are kept whole when only some bits are used, and so are the common ports of all chunks."
    ),
    (
      "PINCONNECTEMPTY",
      "*",
      "Not every instance of a module needs all its outputs (a queue's count); taps are for simulation only."
    )
  )

  /** A Verilator configuration file. */
  def text: String =
    "`verilator_config\n" + waivers.map { case (rule, files, reason) =>
      s"// $reason\nlint_off -rule $rule -file \"$files\"\n"
    }.mkString
}
