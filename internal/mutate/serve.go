//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/mutate/mutant"
)

// server is a process of tests that tries one mutant after the other. What a process takes to begin, and its first
// test to read what all of them need, is most of what a mutant would cost alone.
type server struct {
	cmd     *exec.Cmd
	rounds  io.WriteCloser
	ask     *json.Encoder
	answers *json.Decoder
	reading *os.File // what answers are read from
	printed *os.File
}

// serve takes a server that nobody uses, or begins one.
func (b *binary) serve() (*server, error) {
	select {
	case s := <-b.idle:
		return s, nil
	default:
		return b.begin()
	}
}

func (b *binary) begin() (*server, error) {
	printed, err := os.CreateTemp(b.work, "printed")
	if err != nil {
		return nil, err
	}
	defer os.Remove(printed.Name())
	reading, theirs, err := os.Pipe()
	if err != nil {
		printed.Close()
		return nil, err
	}
	defer theirs.Close()
	s := &server{printed: printed, reading: reading, answers: json.NewDecoder(reading)}
	s.cmd = b.command(context.Background(), nil, math.MaxInt32, []string{"-test.failfast=false"},
		mutant.ServeVariable+"=1")
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.ExtraFiles = printed, printed, []*os.File{theirs}
	if s.rounds, err = s.cmd.StdinPipe(); err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.ask = json.NewEncoder(s.rounds)
	return s, nil
}

func (s *server) close() {
	s.reading.Close()
	s.printed.Close()
}

// keep lets others have the server.
func (b *binary) keep(s *server) {
	select {
	case b.idle <- s:
	default:
		s.end()
	}
}

// end ends the process, and is the error that it ended with.
func (s *server) end() error {
	s.rounds.Close()
	defer s.close()
	return s.cmd.Wait()
}

// closeAll ends all servers that nobody uses.
func (b *binary) closeAll() {
	for {
		select {
		case s := <-b.idle:
			s.end()
		default:
			return
		}
	}
}

// try has tests try a mutant, and is also what they printed. errTooLong are tests that took more than limit of a
// processor, or stood still. With an error the process is at its end.
func (s *server) try(id int, tests []test, limit time.Duration) (o mutant.Outcome, printed []byte, err error) {
	if err = s.printed.Truncate(0); err == nil {
		_, err = s.printed.Seek(0, io.SeekStart) // theirs, too
	}
	if err == nil {
		err = s.ask.Encode(mutant.Round{Mutant: id, Run: pattern(tests), Limit: limit})
	}
	if err == nil {
		err = s.answers.Decode(&o)
	}
	if err != nil {
		var exit *exec.ExitError
		if ended := s.end(); errors.As(ended, &exit) && exit.ExitCode() == mutant.TooLong {
			err = errTooLong
		}
		return o, nil, err
	}
	printed, _ = io.ReadAll(io.NewSectionReader(s.printed, 0, math.MaxInt32)) // names the test, if it can
	return o, printed, nil
}
