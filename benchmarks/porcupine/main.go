// Porcupine's verdict on a history of registers: lines of key,value,write,client,begin,end. With it the
// seconds that it took at best: its processor time, as if all processors had shared the work evenly.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/anishathalye/porcupine"
)

type request struct {
	key, value int
	write      bool
}

var registers = porcupine.Model{
	Partition: byKey,
	Init:      func() interface{} { return -1 },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		asked := input.(request)
		if asked.write {
			return true, asked.value
		}
		return output.(int) == state.(int), state
	},
}

func byKey(history []porcupine.Operation) [][]porcupine.Operation {
	keys := map[int][]porcupine.Operation{}
	for _, operation := range history {
		key := operation.Input.(request).key
		keys[key] = append(keys[key], operation)
	}
	parts := make([][]porcupine.Operation, 0, len(keys))
	for _, part := range keys {
		parts = append(parts, part)
	}
	return parts
}

func main() {
	var history []porcupine.Operation
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var key, value, write, client int
		var begin, end int64
		if _, err := fmt.Sscanf(lines.Text(), "%d,%d,%d,%d,%d,%d", &key, &value, &write, &client, &begin, &end); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		history = append(history, porcupine.Operation{
			ClientId: client, Input: request{key, value, write == 1}, Call: begin, Output: value, Return: end,
		})
	}
	before := processorSeconds()
	verdict := porcupine.CheckOperationsTimeout(registers, history, 5*time.Minute)
	fmt.Printf("%s %.3f\n", verdict, (processorSeconds()-before)/float64(runtime.GOMAXPROCS(0)))
}

func processorSeconds() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}
