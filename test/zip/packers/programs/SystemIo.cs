using System;
using System.IO;
using System.IO.Compression;
using System.Linq;

/// SystemIo.exe ARCHIVE [stored] [streamed], names on standard input: System.IO.Compression.
static class SystemIo
{
    static void Main(string[] args)
    {
        var level = args.Contains("stored") ? CompressionLevel.NoCompression : CompressionLevel.Fastest;
        using (var file = File.Create(args[0]))
        using (var zip = new ZipArchive(args.Contains("streamed") ? new Pipe(file) : (Stream)file, ZipArchiveMode.Create))
        {
            for (string name; (name = Console.In.ReadLine()) != null; )
            {
                var entry = zip.CreateEntry(name, level);
                if (name.EndsWith("/")) continue;
                using (var source = File.OpenRead(name))
                using (var target = entry.Open()) source.CopyTo(target);
            }
        }
    }

    sealed class Pipe : Stream
    {
        readonly Stream target;
        public Pipe(Stream target) { this.target = target; }
        public override bool CanRead { get { return false; } }
        public override bool CanSeek { get { return false; } }
        public override bool CanWrite { get { return true; } }
        public override long Length { get { throw new NotSupportedException(); } }
        public override long Position
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public override void Flush() { target.Flush(); }
        public override int Read(byte[] buffer, int offset, int count) { throw new NotSupportedException(); }
        public override long Seek(long offset, SeekOrigin origin) { throw new NotSupportedException(); }
        public override void SetLength(long value) { throw new NotSupportedException(); }
        public override void Write(byte[] buffer, int offset, int count) { target.Write(buffer, offset, count); }
    }
}
