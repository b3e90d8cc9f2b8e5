import java.io.*;
import java.nio.file.*;
import org.apache.commons.compress.archivers.zip.*;

/** java CommonsCompress ARCHIVE [stored] [streamed] [zip64|compatible], names on standard input. */
class CommonsCompress {
  public static void main(String[] args) throws IOException {
    java.util.List<String> manner = java.util.Arrays.asList(args);
    BufferedReader names = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    File archive = new File(args[0]);
    try (ZipArchiveOutputStream out =
        manner.contains("streamed")
            ? new ZipArchiveOutputStream(new BufferedOutputStream(new FileOutputStream(archive)))
            : new ZipArchiveOutputStream(archive)) {
      out.setLevel(1);
      out.setMethod(manner.contains("stored") ? ZipArchiveOutputStream.STORED : ZipArchiveOutputStream.DEFLATED);
      if (manner.contains("zip64")) out.setUseZip64(Zip64Mode.Always);
      if (manner.contains("compatible")) out.setUseZip64(Zip64Mode.AlwaysWithCompatibility);
      for (String name; (name = names.readLine()) != null; ) {
        File file = new File(name);
        ZipArchiveEntry entry = new ZipArchiveEntry(file, name);
        if (manner.contains("stored") && manner.contains("streamed")) {
          entry.setSize(file.isFile() ? file.length() : 0);
          entry.setCrc(file.isFile() ? checksum(file) : 0);
        }
        out.putArchiveEntry(entry);
        if (file.isFile()) Files.copy(file.toPath(), out);
        out.closeArchiveEntry();
      }
    }
  }

  private static long checksum(File file) throws IOException {
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(Files.readAllBytes(file.toPath()));
    return crc.getValue();
  }
}
