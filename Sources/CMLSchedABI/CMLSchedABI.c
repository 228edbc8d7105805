#include "CMLSchedABI.h"
