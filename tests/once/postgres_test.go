package once_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// server is a PostgreSQL server in a temporary folder.
type server struct {
	dir, bin, port string
}

func startPostgres(dir string) (*server, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, bin: bin, port: strconv.Itoa(l.Addr().(*net.TCPAddr).Port)}
	_ = l.Close()
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 { // PostgreSQL does not run as root
		if out, err := exec.Command("chown", "postgres", dir).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, out)
		}
		if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil {
			return nil, err
		}
	}
	if err := s.do("initdb", "-D", s.data(), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"); err != nil {
		return nil, err
	}
	return s, s.start()
}

// postgresBin finds the folder of initdb, which Debian does not put into the PATH.
func postgresBin() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("no PostgreSQL on this machine: apt-get install postgresql, or leave it out with -db=sqlite")
	}
	return filepath.Dir(slices.Max(found)), nil
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) start() error {
	return s.do("pg_ctl", "-D", s.data(), "-w", "-l", filepath.Join(s.dir, "log"),
		"-o", fmt.Sprintf("-p %s -k %s -h '' -c max_connections=200", s.port, s.dir), "start")
}

func (s *server) stop() { _ = s.do("pg_ctl", "-D", s.data(), "-w", "-m", "immediate", "stop") }

func (s *server) do(name string, args ...string) error {
	command := append([]string{filepath.Join(s.bin, name)}, args...)
	if os.Getuid() == 0 {
		command = append([]string{"runuser", "-u", "postgres", "--"}, command...)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = s.dir
	if name == "pg_ctl" {
		return cmd.Run() // the server would keep a pipe for its output open
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// dsn is that of a schema of the server, with further settings such as
// "default_transaction_isolation=serializable".
func (s *server) dsn(schema, settings string) string {
	return fmt.Sprintf("host=%s port=%s user=postgres dbname=postgres search_path=%s %s", s.dir, s.port, schema, settings)
}
