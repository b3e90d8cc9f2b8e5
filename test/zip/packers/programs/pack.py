"""python3 pack.py ARCHIVE [stored] [streamed] [zip64], names on standard input: zipfile."""
import shutil
import sys
import zipfile

archive, *manner = sys.argv[1:]


class Pipe:
    """Output that cannot report its position or seek."""

    def __init__(self, out):
        self.out = out

    def write(self, data):
        return self.out.write(data)

    def flush(self):
        self.out.flush()


method = zipfile.ZIP_STORED if "stored" in manner else zipfile.ZIP_DEFLATED
with open(archive, "wb") as out:
    target = Pipe(out) if "streamed" in manner else out
    with zipfile.ZipFile(target, "w", method, compresslevel=1) as writer:
        for name in sys.stdin.read().splitlines():
            if "zip64" in manner and not name.endswith("/"):
                info = zipfile.ZipInfo.from_file(name)
                info.compress_type = method
                with open(name, "rb") as source, writer.open(info, "w", force_zip64=True) as entry:
                    shutil.copyfileobj(source, entry)
            else:
                writer.write(name)
