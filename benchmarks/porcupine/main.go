// Porcupine's verdict and time on a history of registers: lines of key,value,write,client,begin,end.
package main

import (
	"bufio"
	"fmt"
	"os"
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
	began := time.Now()
	verdict := porcupine.CheckOperationsTimeout(registers, history, 5*time.Minute)
	fmt.Printf("%s %.3f\n", verdict, time.Since(began).Seconds())
}
