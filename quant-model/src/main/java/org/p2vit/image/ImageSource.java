package org.p2vit.image;

import java.util.Objects;

/** Images in a fixed order, read when asked for. */
public interface ImageSource {

  int count();

  /**
   * Reads an image.
   *
   * @param index from 0
   * @throws org.p2vit.model.InputException if it cannot be read
   */
  Image image(int index);

  /** The images {@code from} (included) to {@code to} (excluded). */
  default ImageSource slice(int from, int to) {
    ImageSource all = this;
    return new ImageSource() {
      @Override
      public int count() {
        return to - from;
      }

      @Override
      public Image image(int index) {
        return all.image(from + Objects.checkIndex(index, to - from));
      }
    };
  }

  /** Every {@code step}-th image, beginning with {@code first}. */
  default ImageSource every(int step, int first) {
    ImageSource all = this;
    return new ImageSource() {
      @Override
      public int count() {
        return Math.max(0, (all.count() - first + step - 1) / step);
      }

      @Override
      public Image image(int index) {
        return all.image(first + Objects.checkIndex(index, count()) * step);
      }
    };
  }

  /** All but {@link #every} {@code step}-th image. */
  default ImageSource allBut(int step, int first) {
    ImageSource all = this;
    int left = all.count() - every(step, first).count();
    return new ImageSource() {
      @Override
      public int count() {
        return left;
      }

      @Override
      public Image image(int index) {
        int inGroup = Objects.checkIndex(index, left) % (step - 1);
        int skipped = inGroup < first ? 0 : 1;
        return all.image(index / (step - 1) * step + inGroup + skipped);
      }
    };
  }

  /** {@code wanted} of the images (all, if there are no more), evenly spread. */
  default ImageSource spread(int wanted) {
    ImageSource all = this;
    int count = Math.min(wanted, all.count());
    return new ImageSource() {
      @Override
      public int count() {
        return count;
      }

      @Override
      public Image image(int index) {
        return all.image((int) ((long) Objects.checkIndex(index, count) * all.count() / count));
      }
    };
  }
}
