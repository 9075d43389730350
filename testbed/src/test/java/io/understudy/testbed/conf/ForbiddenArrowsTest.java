package io.understudy.testbed.conf;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The arrows of {@code docs/ARCHITECTURE.md} that cross modules, looked at from outside. */
class ForbiddenArrowsTest {
  private static final List<String> SERVICES =
      List.of("io.understudy.gateway..", "io.understudy.risk..", "io.understudy.daemon..");
  private static final String[] OUTSIDE_WORLD = {
    "io.vertx..",
    "com.hazelcast..",
    "io.debezium..",
    "ml.dmlc..",
    "org.springframework..",
    "io.netty..",
    "org.postgresql..",
    "java.net..",
    "java.nio..",
    "java.sql..",
    "javax.sql.."
  };

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.understudy");

  @Test
  void noServiceKnowsAnother() {
    for (String service : SERVICES) {
      String[] others =
          SERVICES.stream().filter(other -> !other.equals(service)).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(service)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .check(OURS);
    }
  }

  @Test
  void nothingThatIsPublishedKnowsTheTestbed() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.understudy.testbed..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.understudy.testbed..")
        .check(OURS);
  }

  @Test
  void decisionsOfTheDaemonKnowNothingOfTheOutsideWorld() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.understudy.daemon.quorum",
            "io.understudy.daemon.lifecycle",
            "io.understudy.daemon.protocol",
            "io.understudy.daemon.shift")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(OUTSIDE_WORLD)
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.time.Clock")
        .check(OURS);
  }
}
