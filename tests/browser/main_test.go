// Package browser drives Debian's Chromium through the pages of the mock, as the
// person does who follows a link that a backend has got from it. It needs Chromium,
// and npm for axe-core; make test-browser says what is missing.
package browser

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	update   = flag.Bool("update", false, "write the screenshots in docs/")
	command  string          // the umbrella command, built from this tree
	chromium string          // the browser's command
	browser  context.Context // one Chromium for all tests but that of TLS; each gets a profile of its own
	axe      string          // the source of axe-core
)

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	var err error
	if chromium, err = findChromium(); err != nil {
		return 0, err
	}
	if axe, err = readAxe(); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "browser")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	command = filepath.Join(dir, "umbrella")
	build := exec.Command("go", "build", "-o", command, "./cmd/umbrella")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("building the command: %w\n%s", err, out)
	}
	var quit func()
	if browser, quit, err = launch(filepath.Join(dir, "profile")); err != nil {
		return 0, err
	}
	defer quit()
	return m.Run(), nil
}

// launch starts a Chromium, with more flags than a driven one has anyway.
func launch(profile string, flags ...chromedp.ExecAllocatorOption) (ctx context.Context, quit func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.UserDataDir(profile),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has none for root
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options, flags...)...)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	quit = func() {
		closeBrowser()
		stop()
	}
	if err := chromedp.Do(ctx); err != nil {
		quit()
		return nil, nil, fmt.Errorf("starting %s: %w", chromium, err)
	}
	return ctx, quit, nil
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium is on this machine: install it with apt-get install chromium")
}

func readAxe() (string, error) {
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err == nil {
		return string(source), nil
	}
	if _, missing := exec.LookPath("npm"); missing != nil {
		return "", errors.New("axe-core is not installed and npm, which installs it, is not on this machine: apt-get install npm, then make test-browser")
	}
	return "", errors.New("axe-core is not installed: run make test-browser, or npm ci in tests/browser")
}
