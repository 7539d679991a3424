package org.p2vit.rtl

import chisel3.RawModule
import chisel3.stage.ChiselGeneratorAnnotation
import circt.stage.{ChiselStage, FirtoolOption}
import org.p2vit.model.InputException
import org.p2vit.model.io.{FileErrors, Scratch}

import java.io.IOException
import java.lang.reflect.{Constructor, InvocationTargetException}
import java.nio.file.{Files, Path, StandardCopyOption}
import scala.jdk.CollectionConverters._
import scala.util.Using

/** The implementation of [[RtlEmitter]] by `ChiselStage` and firtool.
  *
  * firtool is found on the class path (artifact `llvm-firtool`): Chisel's resolver unpacks it once into the
  * user's cache.
  */
class ChiselEmitter extends RtlEmitter {

  override def emitChunk(architecture: Architecture, module: String, directory: Path): EmittedRtl = {
    val template = find(module)
    try {
      Using.resource(Scratch.in(directory, ".emit")) { scratch =>
        elaborate(() => instantiate(template, architecture), scratch.directory)
        collect(module, scratch.directory, directory)
      }
    } catch {
      case e: IOException =>
        throw FileErrors.cannot("write SystemVerilog into", directory, e)
    }
  }

  private def find(module: String): Constructor[RawModule] = {
    def unknown(why: String) = new InputException(
      s"there is no module '$module' to emit ($why); accepted are templates of ${getClass.getPackageName}" +
        " that take an Architecture, such as P2vit, MatMul, Softmax, Shifter, LayerNorm, Load, Store, Controller"
    )
    if (!module.matches("[A-Z][A-Za-z0-9_]*")) throw unknown("not a module name")
    val found =
      try Class.forName(s"${getClass.getPackageName}.$module")
      catch { case _: ClassNotFoundException | _: NoClassDefFoundError => throw unknown("no such template") }
    if (!classOf[RawModule].isAssignableFrom(found)) throw unknown("not a Chisel module")
    try
      found
        .asSubclass(classOf[RawModule])
        .getConstructor(classOf[Architecture])
        .asInstanceOf[Constructor[RawModule]]
    catch { case _: NoSuchMethodException => throw unknown("it is not made from an Architecture alone") }
  }

  private def instantiate(template: Constructor[RawModule], architecture: Architecture): RawModule =
    try template.newInstance(architecture)
    catch { case e: InvocationTargetException => throw e.getCause }

  private def elaborate(generator: () => RawModule, directory: Path): Unit =
    (new ChiselStage).execute(
      Array("--target", "systemverilog", "--split-verilog", "--target-dir", directory.toString),
      ChiselGeneratorAnnotation(generator) +: ChiselEmitter.Options.map(FirtoolOption(_))
    )

  /** Moves the design's files into place and writes their list; files of verification layers stay behind. */
  private def collect(top: String, from: Path, to: Path): EmittedRtl = {
    // firtool's own list has the modules in a deterministic order, and layers in directories of their own.
    val names = Files
      .readAllLines(from.resolve("filelist.f"))
      .asScala
      .map(_.trim)
      .filter(n => n.endsWith(".sv") && !n.contains("/") && !n.startsWith("layers-"))
      .sorted
      .asJava
    names.forEach { n =>
      Files.writeString(from.resolve(n), MemoryStyle.withOutputRegister(Files.readString(from.resolve(n))))
      Files.move(from.resolve(n), to.resolve(n), StandardCopyOption.REPLACE_EXISTING)
    }
    val list = s"$top.f"
    Files.writeString(to.resolve(list), names.asScala.map(_ + "\n").mkString)
    val waivers = s"$top.vlt"
    Files.writeString(to.resolve(waivers), LintWaivers.text)
    new EmittedRtl(top, to, list, names, waivers)
  }
}

object ChiselEmitter {

  /** What keeps the output free of anything but the design, and readable by Yosys 0.23 and older vendor
    * tools.
    */
  private val Options = Seq(
    "-disable-all-randomization",
    "-strip-debug-info",
    "--lowering-options=disallowLocalVariables,disallowPackedArrays"
  )
}
