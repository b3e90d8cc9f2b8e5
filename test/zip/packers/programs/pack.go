// go run pack.go ARCHIVE [stored], names on standard input: archive/zip, always with data descriptors.
package main

import (
	"archive/zip"
	"bufio"
	"io"
	"os"
	"strings"
)

func main() {
	out := must(os.Create(os.Args[1]))
	writer := zip.NewWriter(out)
	method := zip.Deflate
	if len(os.Args) > 2 && os.Args[2] == "stored" {
		method = zip.Store
	}
	names := bufio.NewScanner(os.Stdin)
	for names.Scan() {
		name := names.Text()
		header := must(zip.FileInfoHeader(must(os.Stat(name))))
		header.Name = name
		if strings.HasSuffix(name, "/") {
			must(writer.CreateHeader(header))
			continue
		}
		header.Method = method
		entry := must(writer.CreateHeader(header))
		source := must(os.Open(name))
		must(io.Copy(entry, source))
		source.Close()
	}
	if err := writer.Close(); err != nil {
		panic(err)
	}
	out.Close()
}

func must[Value any](value Value, err error) Value {
	if err != nil {
		panic(err)
	}
	return value
}
