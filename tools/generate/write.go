package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// compile builds the module at root as it would be with files in it.
func compile(root string, files map[string][]byte) error {
	dir, err := os.MkdirTemp("", "generate-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	replace := map[string]string{}
	for name, data := range files {
		temporary := filepath.Join(dir, strconv.Itoa(len(replace))+filepath.Ext(name))
		if err := os.WriteFile(temporary, data, 0o600); err != nil {
			return err
		}
		replace[filepath.Join(root, name)] = temporary
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-overlay", overlayFile, "./...")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("what the document generates does not compile, so nothing is written; "+
			"if two names collide, change one in overlay.yaml (operationId, x-go-name, x-go-type-name): %w\n%s", err, out)
	}
	return nil
}

// write replaces the files that differ. Each is whole or as it was.
func write(root string, files map[string][]byte) error {
	const temporary = ".tmp"
	var changed []string
	defer func() {
		for _, target := range changed {
			_ = os.Remove(target + temporary) // those that a failure has left
		}
	}()
	for name, data := range files {
		target := filepath.Join(root, name)
		if old, err := os.ReadFile(target); err == nil && bytes.Equal(old, data) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		changed = append(changed, target)
		if err := os.WriteFile(target+temporary, data, 0o644); err != nil {
			return fmt.Errorf("cannot write %s: %w", name, err)
		}
	}
	for _, target := range changed {
		if err := os.Rename(target+temporary, target); err != nil {
			return err
		}
	}
	return nil
}
