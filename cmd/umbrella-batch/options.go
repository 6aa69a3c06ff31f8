package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/time/rate"
)

type options struct {
	in, out, ledger, key string
	rate                 perTime
	concurrency          int
	timeout, lease       time.Duration
	dryRun, mock         bool
}

func (o *options) define(flags *pflag.FlagSet) {
	o.rate = perTime{10, "10/s"}
	flags.StringVar(&o.in, "in", "", "the CSV file with a row for each session")
	flags.StringVar(&o.out, "out", "", "write the links to this CSV file at the end")
	flags.StringVar(&o.key, "key", "key", "the column that has the key, such as the number of a contract")
	flags.Var(&o.rate, "rate", "how many requests in a second (10/s), minute (/m) or hour (/h), at most")
	flags.IntVar(&o.concurrency, "concurrency", 20, "how many requests at a time")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "for one request")
	flags.DurationVar(&o.lease, "lease", 3*time.Minute, "how long a row is busy when its process dies, twice the timeout or more")
	flags.BoolVar(&o.dryRun, "dry-run", false, "judge the file and send nothing")
	flags.BoolVar(&o.mock, "mock", false, "rehearse: a mock in this process, and a ledger that is thrown away")
}

// check returns everything that is wrong with the flags, and with the ledger as far as
// one can tell without making it.
func (o *options) check() error {
	var wrong []error
	if o.in == "" {
		wrong = append(wrong, errors.New("--in is missing: the CSV file"))
	}
	if o.concurrency < 1 {
		wrong = append(wrong, errors.New("--concurrency must be at least 1"))
	}
	if o.timeout < 0 {
		wrong = append(wrong, errors.New("--timeout must not be negative"))
	}
	if o.lease < time.Second {
		wrong = append(wrong, errors.New("--lease must be at least 1s"))
	}
	if o.lease/2 < o.timeout {
		wrong = append(wrong, errors.New("--lease must be at least twice the --timeout"))
	}
	if o.out != "" {
		wrong = append(wrong, o.checkOut())
	}
	if !o.dryRun && !o.mock {
		wrong = append(wrong, checkSecret(o.ledger), checkLedger(o.ledger))
	}
	return errors.Join(wrong...)
}

// checkOut keeps the results from replacing what the job lives on.
func (o *options) checkOut() error {
	if err := checkFile("--out", o.out); err != nil {
		return err
	}
	kept := []string{o.in}
	if o.ledger != "" && !isPostgres(o.ledger) {
		kept = append(kept, o.ledger, o.ledger+".secret", o.ledger+"-wal", o.ledger+"-shm")
	}
	for _, name := range kept {
		if sameFile(o.out, name) {
			return fmt.Errorf("--out would overwrite %s, which is the file of --in or belongs to the ledger", name)
		}
	}
	return nil
}

// checkFile says why name is not, and cannot become, a file.
func checkFile(flag, name string) error {
	switch info, err := os.Stat(name); {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s: %s is not a file", flag, name)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", flag, err)
	}
	folder := filepath.Dir(name)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("%s: there is no folder %s", flag, folder)
	}
	return nil
}

// sameFile reports whether two names are one file, or would be if they were made.
func sameFile(a, b string) bool {
	same := func(a, b string) bool {
		one, errA := os.Stat(a)
		other, errB := os.Stat(b)
		return errA == nil && errB == nil && os.SameFile(one, other)
	}
	return same(a, b) || filepath.Base(a) == filepath.Base(b) && same(filepath.Dir(a), filepath.Dir(b))
}

// perTime is a rate on the command line.
type perTime struct {
	perSecond rate.Limit
	text      string
}

func (p *perTime) String() string { return p.text }
func (p *perTime) Type() string   { return "number/unit" }

func (p *perTime) Set(text string) error {
	amount, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseFloat(amount, 64)
	seconds := map[string]float64{"s": 1, "m": 60, "h": 3600}[unit]
	if err != nil || seconds == 0 || !(n > 0 && n <= 1e6) {
		return errors.New("use a number and a unit, as in 10/s, 300/m or 5000/h")
	}
	p.perSecond, p.text = rate.Limit(n/seconds), text
	return nil
}
