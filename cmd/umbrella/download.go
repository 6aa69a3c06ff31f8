package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
)

func newDownload(std streams) *cobra.Command {
	c := connection{std: std}
	var target targetFile
	cmd := command("download REQUEST_ID", "Fetch the signed document of a session", oneArgument("REQUEST_ID"), func(ctx context.Context, args []string) error {
		if err := c.download(ctx, args[0], target); err != nil {
			return outcome{args[0], false, err}
		}
		return nil
	})
	cmd.Long = "Fetch the signed document of a session into a file that only you can read. The\nfile is whole or not there, and one that exists stays as it is without --force."
	cmd.Flags().StringVarP(&target.name, "output", "o", "", "write to `FILE`, else to REQUEST_ID.pdf")
	cmd.Flags().BoolVar(&target.force, "force", false, "replace a file that exists")
	c.define(cmd.Flags())
	return cmd
}

func (c *connection) download(ctx context.Context, requestID string, target targetFile) error {
	var wrong misuse
	client := c.client(&wrong)
	if target.name == "" {
		if target.name = requestID + ".pdf"; filepath.Base(target.name) != target.name {
			wrong.add("REQUEST_ID has a character that no file name has: name the file with -o")
		}
	}
	target.check(&wrong)
	if err := wrong.err(); err != nil {
		return err
	}
	var document umbrella.Document
	err := target.write(func(file *os.File) (err error) {
		document, err = waitFor(c.std, "the document", func() (umbrella.Document, error) { return client.DownloadSigned(ctx, requestID, file) })
		return err
	})
	if err != nil {
		return err
	}
	sum := fmt.Sprintf("%x", document.SHA256)
	if c.json {
		return writeJSON(c.std.out, map[string]any{"file": target.name, "size": document.Size, "sha256": sum})
	}
	_, err = fmt.Fprintf(c.std.out, "File     %s\nSize     %d bytes\nSHA-256  %s\n", plain(target.name), document.Size, sum)
	return err
}

// targetFile is a file that appears whole or not at all.
type targetFile struct {
	name  string
	force bool
}

// check finds what would keep the file from being written, before anything is sent.
func (t targetFile) check(wrong *misuse) {
	info, err := os.Lstat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		wrong.add("-o: %s", reason(err))
	default:
		wrong.unless(info.Mode().IsRegular(), "-o: there is something of that name that is no file")
		wrong.unless(t.force || !info.Mode().IsRegular(), "-o: the file exists: name another, or replace it with --force")
	}
}

// write has fill write the content to a new file beside the target, which gets the
// target's name once it is whole and on the disk.
func (t targetFile) write(fill func(*os.File) error) error {
	file, err := os.CreateTemp(filepath.Dir(t.name), ".umbrella-*.part") // mode 0600
	if err != nil {
		return usagef("-o: %s", reason(err))
	}
	defer func() { _ = os.Remove(file.Name()) }()
	err = fill(file)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if t.force {
		err = os.Rename(file.Name(), t.name)
	} else if err = os.Link(file.Name(), t.name); errors.Is(err, fs.ErrExist) { // unlike a rename, a link replaces nothing
		return errors.New("-o: the file has come into being meanwhile: name another, or replace it with --force")
	}
	if err != nil {
		return fmt.Errorf("-o: the document cannot get its name: %w", reason(err))
	}
	return nil
}
