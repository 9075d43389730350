package io.understudy.risk.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of one model lie. */
@FunctionalInterface
public interface ModelStore {
  /** Largest file that is read: a model of few shallow trees is far smaller. */
  int FILE_BYTES_MAX = 16 << 20;

  /**
   * Opens a file of the model.
   *
   * @throws IOException if there is none of that name
   */
  InputStream open(String name) throws IOException;

  /** A model in a folder. */
  static ModelStore folder(Path folder) {
    return name -> Files.newInputStream(folder.resolve(name));
  }

  /** The model that ships with the product, for the time before anything was learnt on site. */
  static ModelStore coldStart() {
    return name -> {
      InputStream found = ModelStore.class.getResourceAsStream("cold-start/" + name);
      if (found == null) {
        throw new IOException("no resource cold-start/" + name);
      }
      return found;
    };
  }

  /**
   * Reads a whole file.
   *
   * @throws ModelException if it cannot be read or is larger than {@link #FILE_BYTES_MAX}
   */
  default byte[] read(String name) {
    try (InputStream in = open(name)) {
      byte[] content = in.readNBytes(FILE_BYTES_MAX + 1);
      if (content.length > FILE_BYTES_MAX) {
        throw new ModelException(
            "model file " + name + " is larger than " + FILE_BYTES_MAX + " bytes: not a model");
      }
      return content;
    } catch (IOException e) {
      throw new ModelException(
          "cannot read model file "
              + name
              + ": "
              + e.getMessage()
              + "; train one with: risk train --out DIR, or leave risk.model out of the"
              + " configuration to use the one that ships with the product",
          e);
    }
  }
}
