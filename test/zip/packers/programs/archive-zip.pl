# perl archive-zip.pl ARCHIVE [stored] [zip64] [streamed], names on standard input: Archive::Zip.
use strict;
use warnings;
use Archive::Zip qw(:CONSTANTS :ERROR_CODES);

my ($archive, @words) = @ARGV;
my %manner = map { $_ => 1 } @words;
my $zip = Archive::Zip->new;
$zip->desiredZip64Mode(ZIP64_HEADERS) if $manner{zip64};
while (my $name = <STDIN>) {
  chomp $name;
  my $member = $name =~ m{/$} ? $zip->addDirectory($name, $name) : $zip->addFile($name, $name);
  $member->desiredCompressionMethod($manner{stored} ? COMPRESSION_STORED : COMPRESSION_DEFLATED)
    unless $name =~ m{/$};
  $member->desiredCompressionLevel(1) if !$manner{stored} && $name !~ m{/$};
}
if ($manner{streamed}) {
  open my $out, '>', $archive or die $!;
  binmode $out;
  $zip->writeToFileHandle($out, 0) == AZ_OK or die 'not written';
  close $out or die $!;
} else {
  $zip->writeToFileNamed($archive) == AZ_OK or die 'not written';
}
