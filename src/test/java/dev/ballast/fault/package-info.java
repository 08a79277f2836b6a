/// Servers and pods that are killed, cut off and late: what the service promises then, on real processes.
package dev.ballast.fault;
