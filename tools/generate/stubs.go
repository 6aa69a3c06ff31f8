package main

import "github.com/umbrella-api/umbrella-go/tools/internal/document"

// Until defaults.go exists. A generator that returns nil writes no file.
func defaults(*document.Document, *names) ([]byte, error) { return nil, nil }
