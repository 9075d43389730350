package io.understudy.testbed.check;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The judge of a run depends on nothing that could sway it. */
class PureCheckTest {
  @Test
  void checkerNeedsNothingButTheModelAndTheLanguage() {
    JavaClasses main =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.understudy.testbed.check");

    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.understudy.testbed.check",
            "io.understudy.model",
            "java.lang..",
            "java.util..",
            "java.time",
            "org.jspecify.annotations")
        .check(main);
  }
}
