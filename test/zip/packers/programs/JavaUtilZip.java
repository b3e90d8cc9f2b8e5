import java.io.*;
import java.nio.file.*;
import java.util.zip.*;

/** java JavaUtilZip ARCHIVE [stored], names on standard input; deflated entries have data descriptors. */
class JavaUtilZip {
  public static void main(String[] args) throws IOException {
    boolean stored = args.length > 1 && args[1].equals("stored");
    BufferedReader names = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    try (ZipOutputStream out = new ZipOutputStream(new BufferedOutputStream(new FileOutputStream(args[0])))) {
      out.setLevel(1);
      for (String name; (name = names.readLine()) != null; ) {
        ZipEntry entry = new ZipEntry(name);
        byte[] content = null;
        if (stored) {
          content = name.endsWith("/") ? new byte[0] : Files.readAllBytes(Paths.get(name));
          CRC32 crc = new CRC32();
          crc.update(content);
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(content.length);
          entry.setCrc(crc.getValue());
        }
        out.putNextEntry(entry);
        if (content != null) out.write(content);
        else if (!name.endsWith("/")) Files.copy(Paths.get(name), out);
        out.closeEntry();
      }
    }
  }
}
