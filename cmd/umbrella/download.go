package main

import (
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
	var output string
	var force bool
	cmd := &cobra.Command{
		Use: "download REQUEST_ID", Short: "Fetch the signed document of a session", Args: oneArgument("REQUEST_ID"),
		Long: "Fetch the signed document of a session into a file that only you can read. The\nfile is whole or not there, and one that exists stays as it is without --force.",
		RunE: func(cmd *cobra.Command, args []string) error {
			var wrong misuse
			client := c.client(&wrong)
			target := targetFile{name: output, force: force}
			if output == "" {
				target.name = args[0] + ".pdf"
			}
			target.check(output == "", &wrong)
			if err := wrong.err(); err != nil {
				return err
			}
			var document umbrella.Document
			err := target.write(func(file *os.File) error {
				return std.whileWaiting("the document", func() (err error) {
					document, err = client.DownloadSigned(cmd.Context(), args[0], file)
					return err
				})
			})
			if err != nil {
				return &sessionError{args[0], false, err}
			}
			return showDocument(std, target.name, document, c.json)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE`, else to REQUEST_ID.pdf")
	cmd.Flags().BoolVar(&force, "force", false, "replace a file that exists")
	c.define(cmd.Flags())
	return cmd
}

func showDocument(std streams, name string, d umbrella.Document, asJSON bool) error {
	sum := fmt.Sprintf("%x", d.SHA256)
	if asJSON {
		return writeJSON(std.out, struct {
			File   string `json:"file"`
			Size   int64  `json:"size"`
			SHA256 string `json:"sha256"`
		}{name, d.Size, sum})
	}
	_, err := fmt.Fprintf(std.out, "File     %s\nSize     %d bytes\nSHA-256  %s\n", plain(name), d.Size, sum)
	return err
}

// targetFile is a file that appears whole or not at all.
type targetFile struct {
	name  string
	force bool
}

// check finds what would keep the file from being written, before anything is sent.
func (t targetFile) check(unnamed bool, wrong *misuse) {
	if unnamed && filepath.Base(t.name) != t.name {
		wrong.add("REQUEST_ID has a character that no file name has: name the file with -o")
		return
	}
	info, err := os.Lstat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		wrong.add("-o: %s", reason(err))
	case !info.Mode().IsRegular():
		wrong.add("-o: there is something of that name that is no file")
	case !t.force:
		wrong.add("-o: the file exists: name another, or replace it with --force")
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
