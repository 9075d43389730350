package io.understudy.daemon.wire;

import io.understudy.model.Names;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A development authority in one folder: {@code ca.crt}, {@code ca.key}, and a pair of files for
 * each endpoint. Java has no public way to sign a certificate, so that its own {@code keytool},
 * which is part of every Java, does it in a key store that lives for a moment.
 */
final class CertificateAuthority {
  static final String AUTHORITY = "ca";

  /** Browsers' old limit of 398 days, less one: long enough to forget, short enough to matter. */
  static final Duration ENDPOINT_VALIDITY = Duration.ofDays(397);

  static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);

  private static final Set<PosixFilePermission> SECRET =
      PosixFilePermissions.fromString("rw-------");
  private static final Duration KEYTOOL_MAX = Duration.ofMinutes(1);

  /** Clocks differ. */
  private static final Duration EARLIER = Duration.ofHours(1);

  private final Path folder;

  CertificateAuthority(Path folder) {
    this.folder = folder;
  }

  /**
   * What a certificate is to say.
   *
   * @param name of the endpoint; also the name of its files
   * @param from when it begins to be valid
   * @param validity whole days
   */
  record Wish(String name, Instant from, Duration validity) {
    static Wish endpoint(String name, Instant now) {
      return new Wish(name, now.minus(EARLIER), ENDPOINT_VALIDITY);
    }
  }

  boolean exists(String name) throws IOException {
    boolean certificate = Files.exists(folder.resolve(name + ".crt"));
    if (certificate != Files.exists(folder.resolve(name + ".key"))) {
      throw new IOException(
          folder.resolve(name + (certificate ? ".key" : ".crt"))
              + " is missing, but "
              + folder.resolve(name + (certificate ? ".crt" : ".key"))
              + " is there: restore the one or remove the other");
    }
    return certificate;
  }

  /** Makes the authority itself. */
  X509Certificate create(Instant now) throws IOException, InterruptedException {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    // Two authorities never have the same name, so that a mistaken one can be told apart.
    String name = "CN=Understudy development CA " + HexFormat.of().formatHex(random);
    try (Store store = new Store()) {
      store.generate(
          AUTHORITY,
          name,
          new Wish(AUTHORITY, now.minus(EARLIER), AUTHORITY_VALIDITY),
          List.of("-ext", "bc:c=ca:true,pathlen:0", "-ext", "ku:c=keyCertSign,cRLSign"));
      return keep(AUTHORITY, store);
    }
  }

  /** Makes one endpoint's pair of files; they must not exist. */
  X509Certificate issue(Wish wish) throws IOException, InterruptedException {
    try (Store store = new Store()) {
      store.takeAuthority();
      store.generate(
          "endpoint",
          "CN=" + Names.require("endpoint", wish.name()),
          wish,
          List.of(
              "-signer",
              AUTHORITY,
              "-ext",
              "bc:c=ca:false",
              "-ext",
              "ku:c=digitalSignature",
              "-ext",
              "eku=serverAuth,clientAuth",
              "-ext",
              "san=dns:" + wish.name()));
      return keep(wish.name(), store);
    }
  }

  /**
   * The key first: a certificate without its key is of no use, and found missing by the next run.
   */
  private X509Certificate keep(String name, Store store) throws IOException {
    try {
      KeyStore loaded = store.load();
      String alias = name.equals(AUTHORITY) ? AUTHORITY : "endpoint";
      PrivateKey key = (PrivateKey) loaded.getKey(alias, store.password.toCharArray());
      X509Certificate certificate = (X509Certificate) loaded.getCertificate(alias);
      write(folder.resolve(name + ".key"), Pem.text(key), true);
      write(folder.resolve(name + ".crt"), Pem.text(certificate), false);
      return certificate;
    } catch (GeneralSecurityException e) {
      throw new IOException("keytool's key store cannot be read", e);
    }
  }

  private static void write(Path file, String text, boolean secret) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    Files.deleteIfExists(draft);
    if (secret) {
      Files.createFile(draft, PosixFilePermissions.asFileAttribute(SECRET));
    }
    Files.writeString(draft, text, StandardCharsets.US_ASCII);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** keytool's key store, in a folder that only this user can enter, gone when closed. */
  private final class Store implements AutoCloseable {
    private final Path room = Files.createTempDirectory("understudy-ca");
    private final Path file = room.resolve("store.p12");
    private final String password;

    Store() throws IOException {
      byte[] random = new byte[16];
      new SecureRandom().nextBytes(random);
      password = HexFormat.of().formatHex(random);
    }

    void takeAuthority() throws IOException {
      Path certificate = folder.resolve(AUTHORITY + ".crt");
      Path key = folder.resolve(AUTHORITY + ".key");
      try (var out = Files.newOutputStream(file)) {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
            AUTHORITY,
            Pem.key(key, Files.readString(key)),
            password.toCharArray(),
            Pem.certificates(certificate, Files.readString(certificate))
                .toArray(Certificate[]::new));
        store.store(out, password.toCharArray());
      } catch (GeneralSecurityException e) {
        throw new IOException("the authority in " + folder + " cannot be used: " + e, e);
      }
    }

    void generate(String alias, String subject, Wish wish, List<String> more)
        throws IOException, InterruptedException {
      String from =
          DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss", Locale.ROOT)
              .format(wish.from().atOffset(ZoneOffset.UTC));
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
      command.addAll(List.of("-J-Xmx64m", "-J-XX:TieredStopAtLevel=1", "-J-Duser.timezone=UTC"));
      command.addAll(List.of("-J-Duser.language=en", "-genkeypair", "-alias", alias));
      command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
      command.addAll(List.of("-sigalg", "SHA256withECDSA", "-dname", subject, "-startdate", from));
      command.addAll(List.of("-validity", String.valueOf(wish.validity().toDays())));
      command.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12"));
      command.addAll(List.of("-storepass:env", "UNDERSTUDY_STORE", "-noprompt"));
      command.addAll(more);
      run(command);
    }

    private void run(List<String> command) throws IOException, InterruptedException {
      Path said = room.resolve("said");
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      // Not on the command line, where every user of the machine could read it.
      builder.environment().put("UNDERSTUDY_STORE", password);
      Process keytool = builder.redirectOutput(said.toFile()).start();
      try {
        keytool.getOutputStream().close();
        if (!keytool.waitFor(KEYTOOL_MAX.toSeconds(), TimeUnit.SECONDS)) {
          throw new IOException("keytool did not end within " + KEYTOOL_MAX);
        }
      } finally {
        keytool.destroyForcibly();
      }
      if (keytool.exitValue() != 0) {
        throw new IOException("keytool failed: " + Files.readString(said).strip());
      }
    }

    KeyStore load() throws IOException, GeneralSecurityException {
      return KeyStore.getInstance(file.toFile(), password.toCharArray());
    }

    @Override
    public void close() throws IOException {
      Files.deleteIfExists(file);
      Files.deleteIfExists(room.resolve("said"));
      Files.delete(room);
    }
  }
}
