package io.understudy.risk;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Arrows that must never exist. */
final class ArchitectureTest {
  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.understudy.risk");

  @Test
  void pureCodeKnowsNoSocketFileLibraryOrClock() {
    noClasses()
        .that()
        .resideInAnyPackage("..feature..", "..simulate..", "..score..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx..",
            "com.hazelcast..",
            "ml.dmlc..",
            "io.prometheus..",
            "io.netty..",
            "org.slf4j..",
            "org.springframework..",
            "io.debezium..",
            "java.net..",
            "java.io..",
            "java.nio.file..",
            "java.sql..",
            "java.time..")
        .check(classes);
  }

  @Test
  void onlyModelAndTrainTouchNativeTrees() {
    noClasses()
        .that()
        .resideOutsideOfPackages("..model..", "..train..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ml.dmlc..")
        .check(classes);
  }

  @Test
  void servingNeverDependsOnTrainingOrTheSimulator() {
    noClasses()
        .that()
        .resideInAnyPackage("..feature..", "..score..", "..model..", "..source..", "..publish..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..train..", "..simulate..")
        .check(classes);
  }

  @Test
  void noServiceModuleKnowsAnother() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.understudy.gateway..", "io.understudy.daemon..", "io.understudy.testbed..")
        .check(classes);
  }
}
