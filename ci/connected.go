package ci

import (
	"fmt"
	"strings"
)

// connected are the strongly connected components of a graph, each after those that it leads to, in the order in which
// Ruby's TSort finds them: GitLab's errors about circles list a component as it does. It does without recursion, for a
// chain may be as long as a file.
func connected[N comparable](nodes []N, next func(N) []N) [][]N {
	s := search[N]{next: next, number: map[N]int{}, low: map[N]int{}, stacked: map[N]bool{}}
	for _, node := range nodes {
		if s.number[node] == 0 {
			s.from(node)
		}
	}
	return s.found
}

// search is Tarjan's.
type search[N comparable] struct {
	next        func(node N) []N
	number, low map[N]int // from 1
	stacked     map[N]bool
	stack       []N
	found       [][]N
}

func (s *search[N]) enter(node N) {
	s.number[node] = len(s.number) + 1
	s.low[node] = s.number[node]
	s.stack = append(s.stack, node)
	s.stacked[node] = true
}

func (s *search[N]) from(start N) {
	type frame struct {
		node N
		next []N // that were not looked at
	}
	s.enter(start)
	for path := []frame{{start, s.next(start)}}; len(path) > 0; {
		top := &path[len(path)-1]
		if len(top.next) > 0 {
			child := top.next[0]
			top.next = top.next[1:]
			switch {
			case s.number[child] == 0:
				s.enter(child)
				path = append(path, frame{child, s.next(child)})
			case s.stacked[child]:
				s.low[top.node] = min(s.low[top.node], s.number[child])
			}
			continue
		}
		node := top.node
		path = path[:len(path)-1]
		if len(path) > 0 {
			above := path[len(path)-1].node
			s.low[above] = min(s.low[above], s.low[node])
		}
		if s.low[node] == s.number[node] {
			s.leave(node)
		}
	}
}

// leave takes the component that began with the node off the stack.
func (s *search[N]) leave(node N) {
	from := len(s.stack) - 1
	for s.stack[from] != node {
		from--
	}
	component := append([]N{}, s.stack[from:]...)
	s.stack = s.stack[:from]
	for _, each := range component {
		s.stacked[each] = false
	}
	s.found = append(s.found, component)
}

// quotedList is a list of texts as Ruby inspects it.
func quotedList(list []string) string {
	quoted := make([]string, len(list))
	for i, each := range list {
		quoted[i] = fmt.Sprintf("%q", each)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
