package io.understudy.model;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private final JavaClasses model =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.understudy.model");

  @Test
  void modelDependsOnTheLanguageAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.understudy.model..",
            "java.lang..",
            "java.util..",
            "java.time..",
            "java.net",
            "org.jspecify..")
        .because("model holds records and pure functions; java.net is there for URI")
        .check(model);
  }
}
