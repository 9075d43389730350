package io.understudy.testbed.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.understudy.testbed");

  @Test
  void pureTypesKnowNoSocketNoFileNoClockAndNoFramework() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.understudy.testbed.gateway.config",
            "io.understudy.testbed.gateway.balance",
            "io.understudy.testbed.app.state")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx..",
            "com.hazelcast..",
            "io.debezium..",
            "ml.dmlc..",
            "org.springframework..",
            "io.netty..",
            "java.net..",
            "java.io..",
            "java.nio..",
            "java.sql..",
            "java.time..",
            "org.slf4j..")
        .because("they decide; adapters act")
        .check(CLASSES);
  }

  @Test
  void theGatewayAndTheApplicationDoNotKnowEachOther() {
    noClasses()
        .that()
        .resideInAPackage("io.understudy.testbed.gateway..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.understudy.testbed.app..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.understudy.testbed.app..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.understudy.testbed.gateway..")
        .check(CLASSES);
  }
}
