<?php
// php pack.php ARCHIVE [stored], names on standard input: ZipArchive (libzip).
$zip = new ZipArchive();
$zip->open($argv[1], ZipArchive::CREATE | ZipArchive::OVERWRITE) === true or exit(1);
$method = in_array('stored', $argv) ? ZipArchive::CM_STORE : ZipArchive::CM_DEFLATE;
foreach (explode("\n", trim(stream_get_contents(STDIN))) as $name) {
    if (str_ends_with($name, '/')) {
        $zip->addEmptyDir($name);
    } else {
        $zip->addFile($name, $name);
        $zip->setCompressionName($name, $method);
    }
}
$zip->close() or exit(1);
