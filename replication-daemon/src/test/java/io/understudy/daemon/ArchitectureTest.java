package io.understudy.daemon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import io.understudy.daemon.capture.Capture;
import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.capture.Transaction;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.watch.PrimaryWatch;
import org.junit.jupiter.api.Test;

/** The arrows that must never exist inside the daemon. */
class ArchitectureTest {
  private static final String[] IMPURE = {
    "io.vertx..",
    "com.hazelcast..",
    "io.debezium..",
    "org.apache.kafka..",
    "org.postgresql..",
    "ml.dmlc..",
    "org.springframework..",
    "io.netty..",
    "java.net..",
    "java.io..",
    "java.nio.file..",
    "java.sql..",
    "java.util.concurrent..",
    "org.slf4j.."
  };

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.understudy.daemon");

  private void arePure(GivenClassesConjunction these) {
    these
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(IMPURE)
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.time.Clock")
        .check(classes);
  }

  @Test
  void theQuorumIsPure() {
    arePure(noClasses().that().resideInAPackage("..daemon.quorum.."));
  }

  @Test
  void decisionsArePure() {
    arePure(noClasses().that().resideInAPackage("..daemon.lifecycle.."));
    arePure(noClasses().that().resideInAPackage("..daemon.shift.."));
    arePure(noClasses().that().resideInAPackage("..daemon.protocol.."));
    arePure(noClasses().that().belongToAnyOf(PrimaryWatch.class, ControlRecord.class));
  }

  @Test
  void theRouteCompilerKnowsJsonAndNothingElseOfTheOutside() {
    noClasses()
        .that()
        .haveSimpleName("RouteCompiler")
        .or()
        .haveSimpleName("CohortVars")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx.core", "io.vertx.ext..", "java.io..", "java.sql..")
        .check(classes);
  }

  @Test
  void decisionsAreUnaware() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "..daemon.shift..", "..daemon.lifecycle..", "..daemon.quorum..", "..daemon.protocol..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..daemon.service..", "..daemon.api..", "..daemon.route..")
        .check(classes);
  }

  @Test
  void theRecordsOfTheStreamArePure() {
    arePure(
        noClasses()
            .that()
            .belongToAnyOf(
                Change.class, Row.class, TableName.class, Transaction.class, Capture.class));
  }

  @Test
  void readingTheLogicalStreamIsPure() {
    arePure(
        noClasses()
            .that()
            .haveSimpleNameStartingWith("PgoutputMessage")
            .or()
            .haveSimpleName("PgoutputDecoder")
            .or()
            .haveSimpleName("PgoutputAssembler")
            .or()
            .haveSimpleName("RelationShape")
            .or()
            .haveSimpleName("Delivered"));
  }

  @Test
  void theFormatOfTheWireIsPure() {
    arePure(
        noClasses()
            .that()
            .haveNameMatching(
                ".*\\.wire\\.(WireCodec|WireReader|WireWriter|WireVersions|Hello|PacketReader|"
                    + "PacketKind|Parcel|Backoff|PlainText)(\\$.*)?"));
  }

  @Test
  void theNetEffectAndItsSqlAreComputedFromRecordsAlone() {
    arePure(
        noClasses()
            .that()
            .haveNameMatching(
                ".*\\.apply\\.(NetEffect|TableFold|Step|Shape|UnnestSql|ArrayLiterals)(\\$.*)?"));
  }

  @Test
  void theProtocolKnowsTheQuorumTheModelAndTheLanguage() {
    classes()
        .that()
        .resideInAPackage("..daemon.protocol..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "..daemon.protocol..",
            "..daemon.quorum..",
            "io.understudy.model",
            "java.lang..",
            "java.util",
            "java.util.function",
            "java.util.stream",
            "java.time",
            "org.jspecify.annotations")
        .check(classes);
  }

  @Test
  void debeziumIsKnownToTheCaptureOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..daemon.capture..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAnyPackage("io.debezium..", "org.apache.kafka.."))
        .check(classes);
  }
}
