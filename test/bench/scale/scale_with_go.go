// As many goroutines with a ticker as the first argument says, on one processor. Prints what the
// members of Scale are, in their order.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"sync"
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
	late := make([]float64, 0, 5*count)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	origin := time.Now().Add(100*time.Millisecond + time.Duration(count)*3*time.Microsecond)
	from := origin.Add(time.Second)
	end := from.Add(3 * time.Second)
	begun := 0.0
	over := make(chan bool)
	var once sync.Once
	for i := 0; i < count; i++ {
		due := origin.Add(time.Duration(1000000000/count) * time.Duration(i))
		go func() {
			time.Sleep(time.Until(due))
			ticker := time.NewTicker(time.Second)
			for range ticker.C {
				due = due.Add(time.Second)
				now := time.Now()
				if now.Before(from) {
					continue
				}
				if begun == 0 {
					begun = cpu()
				}
				late = append(late, float64(now.Sub(due)))
				if !now.Before(end) {
					once.Do(func() { close(over) })
				}
			}
		}()
	}
	runtime.Gosched()
	runtime.ReadMemStats(&after)
	<-over
	used := cpu() - begun
	made := float64(len(late))
	sort.Float64s(late)
	bytes := float64(after.Sys-before.Sys) / float64(count)
	fmt.Println(1e6*used/made, bytes, 1e-6*late[len(late)*99/100], 1e-6*late[len(late)-1],
		made/float64(3*count))
}
