# perl io-compress.pl ARCHIVE [stored] [zip64] [streamed], names on standard input: IO::Compress::Zip.
use strict;
use warnings;
use IO::Compress::Zip qw(:all);

my ($archive, @words) = @ARGV;
my %manner = map { $_ => 1 } @words;
chomp(my @names = <STDIN>);
my $out;
for my $name (@names) {
  my %entry = (
    Name => $name,
    Efs => 1,
    Method => $manner{stored} ? ZIP_CM_STORE : ZIP_CM_DEFLATE,
    Stream => $manner{streamed} ? 1 : 0,
    Zip64 => $manner{zip64} || (-s $name // 0) >= 2**32 ? 1 : 0,
  );
  if ($out) { $out->newStream(%entry) }
  else { $out = IO::Compress::Zip->new($archive, %entry) or die $ZipError }
  next if $name =~ m{/$};
  open my $source, '<', $name or die $!;
  binmode $source;
  while (read $source, my $block, 1 << 20) { $out->print($block) or die $ZipError }
}
$out->close or die $ZipError;
