// A ticker of a millisecond, heard as often as the first argument says, on one processor. Prints
// microseconds of CPU a tick, the first tenth left out.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

func cpu() float64 {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return float64(used.Utime.Sec+used.Stime.Sec) + 1e-6*float64(used.Utime.Usec+used.Stime.Usec)
}

func main() {
	runtime.GOMAXPROCS(1)
	count, _ := strconv.Atoi(os.Args[1])
	warmUp := count / 10
	ticker := time.NewTicker(time.Millisecond)
	begun := 0.0
	for i := 0; i < count; i++ {
		if i == warmUp {
			begun = cpu()
		}
		<-ticker.C
	}
	fmt.Println(1e6 * (cpu() - begun) / float64(count-warmUp))
}
