package document

import (
	"bytes"
	"fmt"
	"strings"
)

// pdf writes lines of text as a PDF (ISO 32000-1) of one page, as long as they need.
func pdf(lines []string) []byte {
	const leading, margin = 14, 60
	height := max(842, leading*len(lines)+2*margin) // A4 or more
	content := fmt.Sprintf("BT /F1 10 Tf %d TL %d %d Td\n", leading, margin, height-margin)
	for _, line := range lines {
		content += "(" + pdfText(line) + ") Tj T*\n"
	}
	content += "ET"
	file := bytes.NewBufferString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	table := "0000000000 65535 f \n"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 %d] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>", height),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
	}
	for i, object := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", file.Len())
		fmt.Fprintf(file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	fmt.Fprintf(file, "xref\n0 6\n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table, file.Len())
	return file.Bytes()
}

// pdfText writes a text for a string of a PDF in Latin-1. What that lacks becomes a
// question mark.
func pdfText(text string) string {
	var latin []byte
	for _, r := range text {
		if r < ' ' || r > '~' && r < 0xa0 || r > 0xff {
			r = '?'
		}
		latin = append(latin, byte(r))
	}
	return strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`).Replace(string(latin))
}
