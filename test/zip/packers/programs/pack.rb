# ruby pack.rb ARCHIVE [stored] [zip64] [streamed], names on standard input: rubyzip.
require 'zip'

archive, *manner = ARGV
Zip.write_zip64_support = manner.include?('zip64')
Zip.unicode_names = true
method = manner.include?('stored') ? Zip::Entry::STORED : Zip::Entry::DEFLATED
names = STDIN.read.force_encoding('UTF-8').split("\n")

if manner.include?('streamed')
  # Like a web application: written to memory, entry by entry.
  bytes = Zip::OutputStream.write_buffer do |out|
    names.each do |name|
      out.put_next_entry(name, nil, nil, method)
      out.write(File.binread(name)) unless name.end_with?('/')
    end
  end
  File.binwrite(archive, bytes.string)
else
  Zip::OutputStream.open(archive) do |out|
    names.each do |name|
      out.put_next_entry(name, nil, nil, method)
      next if name.end_with?('/')
      File.open(name, 'rb') { |source| IO.copy_stream(source, out) }
    end
  end
end
