/// What is promised while something fails: kills, cuts, pauses and restarts under traffic, every answer judged.
package dev.ballast.fault;
