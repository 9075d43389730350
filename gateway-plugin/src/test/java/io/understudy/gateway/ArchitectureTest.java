package io.understudy.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.understudy.gateway");

  @Test
  void decisionKnowsOnlyTheModelAndTheLanguage() {
    classes()
        .that()
        .resideInAPackage("io.understudy.gateway.decision")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.understudy.gateway.decision",
            "io.understudy.model",
            "java.lang..",
            "java.util",
            "org.jspecify.annotations")
        .check(OURS);
  }

  @Test
  void onlyTheCacheAndMainKnowHazelcast() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.understudy.gateway.cache")
        .and()
        .doNotHaveFullyQualifiedName(Main.class.getName())
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.hazelcast..")
        .check(OURS);
  }

  @Test
  void onlyTheHostKnowsNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.understudy.gateway.host")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(OURS);
  }

  @Test
  void onlyTheFilterAndTheHostKnowTheGatewaysTypes() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.understudy.gateway.host", "io.understudy.gateway.filter")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.apisix..", "io.github.api7..", "com.google.flatbuffers")
        .check(OURS);
  }

  @Test
  void nothingKnowsSpringOrAnotherService() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            "io.vertx..",
            "io.understudy.daemon..",
            "io.understudy.risk..",
            "io.understudy.testbed..")
        .check(OURS);
  }

  @Test
  void packagesHaveNoCycles() {
    SlicesRuleDefinition.slices()
        .matching("io.understudy.gateway.(*)..")
        .should()
        .beFreeOfCycles()
        .check(OURS);
  }
}
