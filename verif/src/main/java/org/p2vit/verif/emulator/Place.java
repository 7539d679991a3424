package org.p2vit.verif.emulator;

import org.p2vit.rtl.Chunk;

/**
 * Where in a program something happens.
 *
 * @param chunk that executes the job
 * @param job index of the job in the program
 * @param rowBlock row block of the job (LOAD: unit)
 * @param tile column tile (MATMUL), otherwise 0
 */
public record Place(Chunk chunk, int job, int rowBlock, int tile) {

  @Override
  public String toString() {
    return chunk + " job " + job + ", row block " + rowBlock + ", tile " + tile;
  }
}
