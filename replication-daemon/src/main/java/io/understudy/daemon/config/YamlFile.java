package io.understudy.daemon.config;

import io.understudy.model.config.ConfigTree;
import io.understudy.model.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A YAML file as a tree that remembers lines. */
final class YamlFile {
  private YamlFile() {}

  /**
   * Parses a file.
   *
   * @throws InvalidConfigException if it is not readable, empty, or not YAML
   */
  static ConfigTree read(Path file) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(file.toString()).setAllowDuplicateKeys(false).build();
    try {
      Optional<Node> root = new Compose(settings).composeString(Files.readString(file));
      return tree(root.orElseThrow(() -> new InvalidConfigException(file + ": is empty")));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
      throw new InvalidConfigException(file + ":" + line + ": not YAML: " + e.getProblem());
    } catch (IOException e) {
      throw new InvalidConfigException(file + ": cannot be read: " + e);
    }
  }

  private static ConfigTree tree(Node node) {
    int line = node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    return switch (node) {
      case ScalarNode scalar -> new ConfigTree.Scalar(line, scalar.getValue());
      case SequenceNode sequence -> {
        List<ConfigTree> items = new ArrayList<>();
        sequence.getValue().forEach(item -> items.add(tree(item)));
        yield new ConfigTree.Sequence(line, items);
      }
      case MappingNode mapping -> new ConfigTree.Mapping(line, entries(mapping));
      default -> throw new InvalidConfigException("line " + line + ": aliases are not supported");
    };
  }

  private static Map<String, ConfigTree> entries(MappingNode mapping) {
    Map<String, ConfigTree> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new InvalidConfigException("a key that is not a single value");
      }
      if (entries.put(key.getValue(), tree(tuple.getValueNode())) != null) {
        int line = key.getStartMark().map(Mark::getLine).orElse(0) + 1;
        throw new InvalidConfigException(
            "line " + line + ": key '" + key.getValue() + "' is there twice");
      }
    }
    return entries;
  }
}
