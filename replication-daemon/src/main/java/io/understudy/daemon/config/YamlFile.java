package io.understudy.daemon.config;

import io.understudy.model.config.ConfigTree;
import io.understudy.model.config.InvalidConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a YAML file into a tree that remembers its lines. */
public final class YamlFile {
  private static final int FILE_BYTES_MAX = 1 << 20;

  private final String file;
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private YamlFile(String file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws InvalidConfigException if it cannot be read or is no YAML; the message has the line
   */
  public static ConfigTree read(Path path) {
    try {
      if (Files.size(path) > FILE_BYTES_MAX) {
        throw new InvalidConfigException(path + ": larger than " + FILE_BYTES_MAX + " bytes");
      }
      return parse(path.toString(), Files.readString(path, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new InvalidConfigException(
          path + ": cannot be read (" + e + "); name an understudy.yaml");
    }
  }

  static ConfigTree parse(String file, String text) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(file).setAllowDuplicateKeys(false).build();
    try {
      Optional<Node> top = new Compose(settings).composeString(text);
      YamlFile reader = new YamlFile(file);
      return top.map(reader::tree).orElseGet(() -> new ConfigTree.Mapping(1, Map.of()));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw new InvalidConfigException(file + ":" + line + ": not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new InvalidConfigException(file + ":1: not YAML: " + e.getMessage());
    }
  }

  private ConfigTree tree(Node node) {
    int line = node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    if (!(node instanceof ScalarNode) && !seen.add(node)) {
      // Aliases of aliases multiply: nine lines could name a billion values.
      throw new InvalidConfigException(
          file + ":" + line + ": write the value out: no aliases here");
    }
    return switch (node) {
      case ScalarNode scalar -> new ConfigTree.Scalar(line, scalar.getValue());
      case SequenceNode sequence -> {
        List<ConfigTree> items = new ArrayList<>();
        sequence.getValue().forEach(item -> items.add(tree(item)));
        yield new ConfigTree.Sequence(line, List.copyOf(items));
      }
      case MappingNode mapping -> mapping(line, mapping);
      default -> throw new InvalidConfigException(file + ":" + line + ": unexpected value");
    };
  }

  private ConfigTree mapping(int line, MappingNode mapping) {
    Map<String, ConfigTree> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      int keyLine = tuple.getKeyNode().getStartMark().map(Mark::getLine).orElse(0) + 1;
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new InvalidConfigException(file + ":" + keyLine + ": a key must be plain text");
      }
      if (entries.put(key.getValue(), tree(tuple.getValueNode())) != null) {
        throw new InvalidConfigException(
            file + ":" + keyLine + ": key '" + key.getValue() + "' is there twice");
      }
    }
    return new ConfigTree.Mapping(line, entries);
  }
}
